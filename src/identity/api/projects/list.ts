import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { projectList } from "../../app/project.ts";
import { tagsFit } from "../../domain/project-tags.ts";
import { queryFilter, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { tagFilterNames, tagFilterOf } from "../project-tags/filter.ts";
import { projectView } from "./view.ts";

export const projectsList = operation({
  query: querySchema("name", "enabled", "domain_id", "parent_id", ...tagFilterNames),
  handle: async (ctx: IdentityCtx, { query }) => {
    const { name, domain_id: domainId, parent_id: parentId } = query;
    const projects = await projectList(ctx, {
      name,
      domainId,
      parentId,
      enabled: queryFilter(query.enabled),
    });
    return collection(ctx, "projects", {
      query,
      items: projects
        .filter(({ tags }) => tagsFit(tags, tagFilterOf(query)))
        .map((project) => projectView(ctx, project)),
    });
  },
});
