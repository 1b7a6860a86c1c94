import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { nodeDelete as remove } from "../../app/project-node.ts";
import { pathParam } from "../input.ts";

export const projectDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "project_id")),
});
