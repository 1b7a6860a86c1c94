import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { nodeFetch, nodeRelatives } from "../../app/project-node.ts";
import { pathParam, queryFlag, querySchema } from "../input.ts";
import { relativesView } from "./relatives.ts";
import { projectView } from "./view.ts";

export const projectShow = operation({
  query: querySchema("parents_as_list", "parents_as_ids", "subtree_as_list", "subtree_as_ids"),
  handle: async (ctx: IdentityCtx, { params, query }) => {
    const asked = {
      parents: formOf("parents", query.parents_as_list, query.parents_as_ids),
      subtree: formOf("subtree", query.subtree_as_list, query.subtree_as_ids),
    };
    const project = await nodeFetch(ctx.deps.database.db, pathParam(params, "project_id"));
    const view = projectView(ctx, project);
    if (!asked.parents && !asked.subtree) return { project: view };
    return {
      project: { ...view, ...relativesView(ctx, project.id, asked, await nodeRelatives(ctx, project)) },
    };
  },
});

function formOf(what: string, list: string | undefined, ids: string | undefined): "list" | "ids" | undefined {
  if (queryFlag(list) && queryFlag(ids)) {
    throw new CloudError(
      "invalid",
      `Cannot use ${what}_as_list and ${what}_as_ids query params at the same time.`,
    );
  }
  if (queryFlag(list)) return "list";
  return queryFlag(ids) ? "ids" : undefined;
}
