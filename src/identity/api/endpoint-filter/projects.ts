import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { filterProjectList } from "../../app/endpoint-filter.ts";
import { collection } from "../links.ts";
import { projectView } from "../projects/view.ts";
import { targetOfPath } from "./entry.ts";

/** Of an endpoint or an endpoint group. */
export const filterProjectsList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const { path, kind, targetId } = targetOfPath(params);
    const projects = await filterProjectList(ctx, { kind, targetId });
    return collection(ctx, "projects", {
      path: `OS-EP-FILTER/${path}/projects`,
      items: projects.map((project) => projectView(ctx, project)),
    });
  },
});
