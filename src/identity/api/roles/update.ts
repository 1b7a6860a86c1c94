import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { roleUpdate as update } from "../../app/role.ts";
import { updatedId } from "../input.ts";
import { roleChangeOf, roleUpdateSchema } from "./schema.ts";
import { roleView } from "./view.ts";

export const roleUpdate = operation({
  body: Type.Object({ role: roleUpdateSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => ({
    role: roleView(ctx, await update(ctx, updatedId(params, "role_id", body.role), roleChangeOf(body.role))),
  }),
});
