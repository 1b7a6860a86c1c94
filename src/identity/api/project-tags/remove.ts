import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { projectTagRemove as remove } from "../../app/project-tag.ts";
import { pathParam } from "../input.ts";

export const projectTagRemove = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    remove(ctx, pathParam(params, "project_id"), pathParam(params, "tag")),
});
