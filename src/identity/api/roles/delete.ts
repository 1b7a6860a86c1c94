import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { roleDelete as remove } from "../../app/role.ts";
import { pathParam } from "../input.ts";

export const roleDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "role_id")),
});
