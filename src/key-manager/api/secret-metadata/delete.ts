import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretMetadatumDelete } from "../../app/secret-metadata.ts";
import { secretIdParse } from "../../domain/secret.ts";

export const secretMetadatumDeleteOperation = operation({
  status: 204,
  handle: async (ctx: KeyManagerCtx, { params }) =>
    secretMetadatumDelete(ctx, secretIdParse(params["secret_id"] ?? ""), params["key"] ?? ""),
});
