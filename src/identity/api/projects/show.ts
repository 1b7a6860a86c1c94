import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { projectFetch } from "../../app/project.ts";
import { pathParam } from "../input.ts";
import { projectView } from "./view.ts";

export const projectShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    project: projectView(ctx, await projectFetch(ctx.deps.database.db, pathParam(params, "project_id"))),
  }),
});
