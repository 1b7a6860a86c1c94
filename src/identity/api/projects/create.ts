import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { nodeCreate as create } from "../../app/project-node.ts";
import { nameSchema } from "../input.ts";
import { projectAttributes, projectChangeOf } from "./schema.ts";
import { projectView } from "./view.ts";

export const projectCreate = operation({
  body: Type.Object({ project: Type.Object({ name: nameSchema(64), ...projectAttributes }) }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { project } }) => ({
    project: projectView(ctx, await create(ctx, { ...projectChangeOf(project), name: project.name.trim() })),
  }),
});
