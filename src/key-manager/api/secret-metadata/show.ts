import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretMetadatumFetch } from "../../app/secret-metadata.ts";
import { secretIdParse } from "../../domain/secret.ts";

export const secretMetadatumShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) => {
    const { secret_id: id = "", key = "" } = params;
    return { key, value: await secretMetadatumFetch(ctx, secretIdParse(id), key) };
  },
});
