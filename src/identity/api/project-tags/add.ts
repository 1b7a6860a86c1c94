import { CloudError } from "#base/errors.ts";
import { operation, Reply } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { projectTagAdd as add } from "../../app/project-tag.ts";
import { pathParam } from "../input.ts";
import { selfLink } from "../links.ts";

export const projectTagAdd = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const [projectId, tag] = [pathParam(params, "project_id"), pathParam(params, "tag")];
    if (tag === "" || tag.length > 255 || /[,/]/.test(tag))
      throw new CloudError("invalid", `The tag ${tag} is not one of 1 to 255 characters without , and /.`);
    await add(ctx, projectId, tag);
    return new Reply(201, undefined, { Location: selfLink(ctx, `projects/${projectId}/tags/${tag}`).self });
  },
});
