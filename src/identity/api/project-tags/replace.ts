import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { projectTagsReplace as replace } from "../../app/project-tag.ts";
import { pathParam, tagsSchema } from "../input.ts";
import { tagsView } from "./view.ts";

export const projectTagsReplace = operation({
  body: Type.Object({ tags: tagsSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const projectId = pathParam(params, "project_id");
    return tagsView(ctx, projectId, await replace(ctx, projectId, body.tags));
  },
});
