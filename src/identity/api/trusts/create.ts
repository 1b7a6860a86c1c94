import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { trustCreate as create } from "../../app/trust-create.ts";
import { expiryParse } from "../../domain/expiry.ts";
import { nullable, roleRefSchema } from "../input.ts";
import { trustView } from "./view.ts";

export const trustCreate = operation({
  body: Type.Object({
    trust: Type.Object({
      trustor_user_id: Type.String({ minLength: 1 }),
      trustee_user_id: Type.String({ minLength: 1 }),
      impersonation: Type.Boolean(),
      project_id: Type.Optional(nullable(Type.String())),
      roles: Type.Optional(Type.Array(roleRefSchema)),
      expires_at: Type.Optional(nullable(Type.String())),
      remaining_uses: Type.Optional(nullable(Type.Integer({ minimum: 1 }))),
      allow_redelegation: Type.Optional(nullable(Type.Boolean())),
      redelegation_count: Type.Optional(nullable(Type.Integer({ minimum: 0 }))),
    }),
  }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { trust } }) => {
    const { expires_at: expiresAt } = trust;
    const made = await create(ctx, {
      trustorUserId: trust.trustor_user_id,
      trusteeUserId: trust.trustee_user_id,
      projectId: trust.project_id ?? undefined,
      impersonation: trust.impersonation,
      roles: trust.roles ?? [],
      expiresAtUs: typeof expiresAt === "string" ? expiryParse(expiresAt, ctx.clock.now()) : undefined,
      remainingUses: trust.remaining_uses ?? undefined,
      allowRedelegation: trust.allow_redelegation ?? false,
      redelegationCount: trust.redelegation_count ?? undefined,
    });
    return { trust: trustView(ctx, made) };
  },
});
