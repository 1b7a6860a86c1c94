import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretPayloadRead } from "../../app/secret-payload.ts";
import { secretIdParse } from "../../domain/secret.ts";

export const secretPayloadShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params, headers }) => {
    const id = secretIdParse(params["secret_id"] ?? "");
    const { bytes, contentType } = await secretPayloadRead(ctx, id, headers.accept);
    // The server owns the bytes from here on: only it knows when the socket has taken them.
    return new Reply(200, bytes, { "content-type": contentType });
  },
});
