import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretStoreFetch } from "../../app/secret-store.ts";
import { secretStoreView } from "./view.ts";

export const secretStoreShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) =>
    secretStoreView(ctx.baseUrl, await secretStoreFetch(ctx, params["store_id"] ?? "")),
});
