import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { preferredStoreFetch } from "../../app/secret-store.ts";
import { secretStoreView } from "./view.ts";

export const secretStoreShowPreferredOperation = operation({
  handle: async (ctx: KeyManagerCtx) => secretStoreView(ctx.baseUrl, await preferredStoreFetch(ctx)),
});
