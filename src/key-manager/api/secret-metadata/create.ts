import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretMetadatumCreate } from "../../app/secret-metadata.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { secretRef } from "../secrets/view.ts";
import { metadatumBody, metadatumOf } from "./body.ts";

export const secretMetadatumCreateOperation = operation({
  body: metadatumBody,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const id = secretIdParse(params["secret_id"] ?? "");
    const pair = metadatumOf(body);
    await secretMetadatumCreate(ctx, id, pair);
    return new Reply(201, pair, { Location: `${secretRef(ctx.baseUrl, id)}/metadata/${pair.key}` });
  },
});
