import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretStoreEmbedded } from "../../app/secret-store.ts";
import { secretStoreView } from "./view.ts";

export const secretStoreListOperation = operation({
  handle: async (ctx: KeyManagerCtx) => ({
    secret_stores: [secretStoreView(ctx.baseUrl, await secretStoreEmbedded(ctx))],
  }),
});
