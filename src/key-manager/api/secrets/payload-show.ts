import { operation, Reply, SecretBytes } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretPayloadRead } from "../../app/secret-payload.ts";
import { secretIdParse } from "../../domain/secret.ts";

export const secretPayloadShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params, headers }) => {
    const id = secretIdParse(params["secret_id"] ?? "");
    const { bytes, contentType } = await secretPayloadRead(ctx, id, headers.accept);
    return new Reply(200, new SecretBytes(bytes), { "content-type": contentType });
  },
});
