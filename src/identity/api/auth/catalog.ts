import { operation } from "#http/index.ts";
import { catalogFetch } from "../../app/catalog.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { selfLink } from "../links.ts";
import { catalogView } from "./view.ts";

export const authCatalog = operation({
  handle: async (ctx: IdentityCtx) => ({
    catalog: catalogView(await catalogFetch(ctx)),
    links: selfLink(ctx, "auth/catalog"),
  }),
});
