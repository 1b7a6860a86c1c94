import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { transportKeyFetch } from "../../app/transport-key.ts";
import { transportKeyView } from "./view.ts";

export const transportKeyShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) =>
    transportKeyView(await transportKeyFetch(ctx, params["transport_key_id"] ?? "")),
});
