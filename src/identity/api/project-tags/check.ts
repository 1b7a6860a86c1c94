import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { projectTagFetch } from "../../app/project-tag.ts";
import { pathParam } from "../input.ts";

export const projectTagCheck = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    projectTagFetch(ctx, pathParam(params, "project_id"), pathParam(params, "tag")),
});
