import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { nodeUpdate as update } from "../../app/project-node.ts";
import { updatedId } from "../input.ts";
import { projectChangeOf, projectUpdateSchema } from "./schema.ts";
import { projectView } from "./view.ts";

export const projectUpdate = operation({
  body: Type.Object({ project: projectUpdateSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => ({
    project: projectView(
      ctx,
      await update(ctx, updatedId(params, "project_id", body.project), projectChangeOf(body.project)),
    ),
  }),
});
