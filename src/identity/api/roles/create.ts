import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { roleCreate as create } from "../../app/role.ts";
import { nameSchema } from "../input.ts";
import { roleAttributes, roleChangeOf } from "./schema.ts";
import { roleView } from "./view.ts";

export const roleCreate = operation({
  body: Type.Object({ role: Type.Object({ name: nameSchema(255), ...roleAttributes }) }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { role } }) => ({
    role: roleView(ctx, await create(ctx, { ...roleChangeOf(role), name: role.name })),
  }),
});
