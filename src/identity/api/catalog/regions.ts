import { operation } from "#http/index.ts";
import { regionFetch, regionList } from "../../app/catalog.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { pathParam } from "../input.ts";
import { collection } from "../links.ts";
import { regionView } from "./view.ts";

export const regionsList = operation({
  handle: async (ctx: IdentityCtx) =>
    collection(ctx, "regions", { items: regionList(ctx).map((id) => regionView(ctx, id)) }),
});

export const regionShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    region: regionView(ctx, regionFetch(ctx, pathParam(params, "region_id"))),
  }),
});
