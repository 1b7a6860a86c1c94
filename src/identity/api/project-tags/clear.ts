import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { projectTagsReplace } from "../../app/project-tag.ts";
import { pathParam } from "../input.ts";

export const projectTagsClear = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    await projectTagsReplace(ctx, pathParam(params, "project_id"), []);
  },
});
