import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { nodeList } from "../../app/project-node.ts";
import { tagsFit } from "../../domain/project-tags.ts";
import { queryFilter, queryFlag, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { inOwnDomain } from "../own-domain.ts";
import { nameFilter } from "../name-filter.ts";
import { tagFilterNames, tagFilterOf } from "../project-tags/filter.ts";
import { projectView } from "./view.ts";

export const projectsList = operation({
  query: querySchema("name", "enabled", "domain_id", "parent_id", "is_domain", ...tagFilterNames),
  handle: async (ctx: IdentityCtx, { query }) => {
    const { name, domain_id: domainId, parent_id: parentId } = query;
    const projects = await nodeList(ctx, {
      name,
      domainId,
      parentId,
      enabled: queryFilter(query.enabled),
      isDomain: queryFlag(query.is_domain),
    });
    return collection(ctx, "projects", {
      query,
      items: projects
        .filter(inOwnDomain(ctx))
        .filter(nameFilter(query))
        .filter(({ tags }) => tagsFit(tags, tagFilterOf(query)))
        .map((project) => projectView(ctx, project)),
    });
  },
});
