import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { limitList } from "../../app/limit.ts";
import { querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { limitView } from "./view.ts";

export const limitsList = operation({
  query: querySchema("service_id", "region_id", "resource_name", "project_id", "domain_id"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const found = await limitList(ctx, {
      serviceId: query.service_id,
      regionId: query.region_id,
      resourceName: query.resource_name,
      projectId: query.project_id,
      domainId: query.domain_id,
    });
    return collection(ctx, "limits", { query, items: found.map((limit) => limitView(ctx, limit)) });
  },
});
