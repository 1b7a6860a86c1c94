import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { serviceList } from "../../app/service.ts";
import { querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { serviceView } from "./view.ts";

export const servicesList = operation({
  query: querySchema("type", "name"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const services = await serviceList(ctx, { type: query.type, name: query.name });
    return collection(ctx, "services", {
      query,
      items: services.map((service) => serviceView(ctx, service)),
    });
  },
});
