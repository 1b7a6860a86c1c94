import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { projectDelete as remove } from "../../app/project.ts";
import { pathParam } from "../input.ts";

export const projectDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "project_id")),
});
