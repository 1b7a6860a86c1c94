import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { preferredStoreRemove } from "../../app/secret-store.ts";

/** Back to the default. */
export const secretStoreUnchooseOperation = operation({
  status: 204,
  handle: async (ctx: KeyManagerCtx, { params }) => preferredStoreRemove(ctx, params["store_id"] ?? ""),
});
