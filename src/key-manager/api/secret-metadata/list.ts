import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretMetadataFetch } from "../../app/secret-metadata.ts";
import { secretIdParse } from "../../domain/secret.ts";

export const secretMetadataListOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) => ({
    metadata: await secretMetadataFetch(ctx, secretIdParse(params["secret_id"] ?? "")),
  }),
});
