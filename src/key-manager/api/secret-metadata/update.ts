import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretMetadatumUpdate } from "../../app/secret-metadata.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { metadatumBody, metadatumOf } from "./body.ts";

export const secretMetadatumUpdateOperation = operation({
  body: metadatumBody,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const { secret_id: id = "", key = "" } = params;
    const pair = metadatumOf(body);
    await secretMetadatumUpdate(ctx, secretIdParse(id), key, pair);
    return pair;
  },
});
