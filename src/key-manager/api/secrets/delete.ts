import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretDelete } from "../../app/secret.ts";
import { secretIdParse } from "../../domain/secret.ts";

export const secretDeleteOperation = operation({
  status: 204,
  handle: async (ctx: KeyManagerCtx, { params }) =>
    secretDelete(ctx, secretIdParse(params["secret_id"] ?? "")),
});
