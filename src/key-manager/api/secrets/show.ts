import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretPayloadRead } from "../../app/secret-payload.ts";
import { secretFetch } from "../../app/secret.ts";
import { acceptsJson } from "../../domain/content-type.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { secretView } from "./view.ts";

/** Metadata; to a client that accepts no JSON the payload, Barbican's older way to read it. */
export const secretShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params, headers }) => {
    const id = secretIdParse(params["secret_id"] ?? "");
    if (acceptsJson(headers.accept)) return secretView(ctx.baseUrl, await secretFetch(ctx, id));
    const { bytes, contentType } = await secretPayloadRead(ctx, id, headers.accept);
    return new Reply(200, bytes, { "content-type": contentType });
  },
});
