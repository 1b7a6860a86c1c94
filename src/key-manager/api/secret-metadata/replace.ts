import { Type } from "typebox";
import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretMetadataReplace } from "../../app/secret-metadata.ts";
import { secretMetadataParse } from "../../domain/secret-metadata.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { secretRef } from "../secrets/view.ts";

/** All keys at once: what is not named goes. */
export const secretMetadataReplaceOperation = operation({
  // `secretMetadataParse` looks into it, in Barbican's words.
  body: Type.Object({ metadata: Type.Record(Type.String(), Type.Unknown()) }, { title: "SecretMetadata" }),
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const id = secretIdParse(params["secret_id"] ?? "");
    await secretMetadataReplace(ctx, id, secretMetadataParse(body.metadata));
    return new Reply(201, { metadata_ref: `${secretRef(ctx.baseUrl, id)}/metadata` });
  },
});
