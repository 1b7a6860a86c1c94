import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { projectTagList } from "../../app/project-tag.ts";
import { pathParam } from "../input.ts";
import { tagsView } from "./view.ts";

export const projectTagsList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const projectId = pathParam(params, "project_id");
    return tagsView(ctx, projectId, await projectTagList(ctx, projectId));
  },
});
