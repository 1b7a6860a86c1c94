import { operation } from "#http/index.ts";
import { serviceFetch, serviceList } from "../../app/catalog.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { pathParam, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { serviceView } from "./view.ts";

export const servicesList = operation({
  query: querySchema("type", "name"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const items = serviceList(ctx, query).map((service) => serviceView(ctx, service));
    return collection(ctx, "services", { query, items });
  },
});

export const serviceShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    service: serviceView(ctx, serviceFetch(ctx, pathParam(params, "service_id"))),
  }),
});
