import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { projectListOfUser } from "../../app/project.ts";
import { pathParam, queryFilter, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { projectView } from "../projects/view.ts";

export const userProjects = operation({
  query: querySchema("name", "enabled", "domain_id"),
  handle: async (ctx: IdentityCtx, { params, query }) => {
    const userId = pathParam(params, "user_id");
    const filter = { name: query.name, domainId: query.domain_id, enabled: queryFilter(query.enabled) };
    const projects = await projectListOfUser(ctx, { userId }, filter);
    const items = projects.map((project) => projectView(ctx, project));
    return collection(ctx, "projects", { path: `users/${userId}/projects`, query, items });
  },
});
