import { operation, Reply, SecretBytes } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretPayloadRead } from "../../app/secret-payload.ts";
import { secretFetch } from "../../app/secret.ts";
import { acceptsJson } from "../../domain/content-type.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { secretViews } from "./view.ts";

/** Metadata; to a client that accepts no JSON the payload, Barbican's older way to read it. */
export const secretShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params, headers }) => {
    const id = secretIdParse(params["secret_id"] ?? "");
    if (acceptsJson(headers.accept)) return (await secretViews(ctx, [await secretFetch(ctx, id)]))[0];
    const { bytes, contentType } = await secretPayloadRead(ctx, id, headers.accept);
    return new Reply(200, new SecretBytes(bytes), { "content-type": contentType });
  },
});
