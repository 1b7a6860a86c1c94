import { wipe } from "#base/secret.ts";
import { rawOperation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretPayloadStore } from "../../app/secret-payload.ts";
import { payloadOfBody } from "../../domain/payload.ts";
import { secretIdParse } from "../../domain/secret.ts";

/** The second step of a two-step store. */
export const secretPayloadStoreOperation = rawOperation({
  rawBody: "buffer",
  handle: async (ctx: KeyManagerCtx, { params, headers, body }) => {
    try {
      const id = secretIdParse(params["secret_id"] ?? "");
      const described = { type: headers["content-type"], encoding: headers["content-encoding"] };
      await secretPayloadStore(ctx, id, () => payloadOfBody(body, described));
      return new Reply(204);
    } finally {
      wipe(body);
    }
  },
});
