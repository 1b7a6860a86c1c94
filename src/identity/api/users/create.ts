import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { userCreate as create } from "../../app/user.ts";
import { nameSchema } from "../input.ts";
import { userAttributes, userChangeOf } from "./schema.ts";
import { userView } from "./view.ts";

export const userCreate = operation({
  body: Type.Object({ user: Type.Object({ name: nameSchema(255), ...userAttributes }) }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { user } }) => ({
    user: userView(ctx, await create(ctx, { ...userChangeOf(user), name: user.name.trim() })),
  }),
});
