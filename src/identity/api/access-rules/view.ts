import type { IdentityCtx } from "../../app/context.ts";
import type { AccessRule } from "../../domain/delegation.ts";
import { selfLink } from "../links.ts";

export function accessRuleView(ctx: IdentityCtx, userId: string, rule: AccessRule): object {
  return { ...rule, links: selfLink(ctx, `users/${userId}/access_rules/${rule.id}`) };
}
