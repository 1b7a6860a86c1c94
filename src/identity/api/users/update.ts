import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { userUpdate as update } from "../../app/user.ts";
import { updatedId } from "../input.ts";
import { userChangeOf, userUpdateSchema } from "./schema.ts";
import { userView } from "./view.ts";

export const userUpdate = operation({
  body: Type.Object({ user: userUpdateSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => ({
    user: userView(ctx, await update(ctx, updatedId(params, "user_id", body.user), userChangeOf(body.user))),
  }),
});
