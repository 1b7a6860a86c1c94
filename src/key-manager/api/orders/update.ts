import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";

/** Orders of certificates could be changed, when there were such. */
export const orderUpdateOperation = operation({
  status: 405,
  handle: async (_ctx: KeyManagerCtx) => {
    throw new CloudError("method-not-allowed", "Order update is not supported.");
  },
});
