import { Type } from "typebox";
import { Secret } from "#base/secret.ts";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { userPasswordChange } from "../../app/user.ts";
import { pathParam } from "../input.ts";
import { passwordSchema } from "./schema.ts";

/** As in Keystone, the old password is the proof; no token is asked for. */
export const userPassword = operation({
  body: Type.Object({
    user: Type.Object({ original_password: Type.String(), password: passwordSchema }),
  }),
  handle: async (ctx: IdentityCtx, { params, body }) =>
    userPasswordChange(ctx, {
      userId: pathParam(params, "user_id"),
      original: new Secret(body.user.original_password),
      password: new Secret(body.user.password),
    }),
});
