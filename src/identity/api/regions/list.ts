import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { regionList } from "../../app/region.ts";
import { querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { regionView } from "./view.ts";

export const regionsList = operation({
  query: querySchema("parent_region_id"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const regions = await regionList(ctx, { parentId: query.parent_region_id });
    return collection(ctx, "regions", { query, items: regions.map((region) => regionView(ctx, region)) });
  },
});
