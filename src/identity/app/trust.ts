import type { Db } from "#db/index.ts";
import type { Role } from "../domain/resources.ts";
import { trustLive, type Trust } from "../domain/trust.ts";
import { roleList } from "../store/roles.ts";
import { trustDelete as rowDelete, trustFind, trustList as rowList } from "../store/trusts.ts";
import type { IdentityCtx } from "./context.ts";
import { forbiddenAction } from "./delegation.ts";
import { notFound } from "./failures.ts";

export interface ShownTrust {
  readonly trust: Trust;
  readonly roles: readonly Role[];
}

type TrustRule =
  | "identity:get_trust"
  | "identity:delete_trust"
  | "identity:list_roles_for_trust"
  | "identity:get_role_for_trust";

/** An application credential is for one project: it neither sees nor makes other delegations. */
export function refuseApplicationCredential(ctx: IdentityCtx): void {
  if (ctx.caller.delegation?.kind === "application_credential")
    throw forbiddenAction("Using method 'application_credential' is not allowed for managing trusts.");
}

export async function trustList(
  ctx: IdentityCtx,
  filter: { readonly trustorUserId?: string | undefined; readonly trusteeUserId?: string | undefined },
): Promise<Trust[]> {
  const { trustorUserId, trusteeUserId } = filter;
  if (trustorUserId !== undefined)
    ctx.enforce("identity:list_trusts_for_trustor", { "target.trust.trustor_user_id": trustorUserId });
  else if (trusteeUserId !== undefined)
    ctx.enforce("identity:list_trusts_for_trustee", { "target.trust.trustee_user_id": trusteeUserId });
  else ctx.enforce("identity:list_trusts");
  refuseApplicationCredential(ctx);
  return rowList(ctx.deps.database.db, filter);
}

export async function trustFetch(ctx: IdentityCtx, id: string, rule: TrustRule): Promise<ShownTrust> {
  const { db } = ctx.deps.database;
  return trustShown(db, await allowed(db, ctx, id, rule));
}

export async function trustRoleFetch(ctx: IdentityCtx, id: string, roleId: string): Promise<Role> {
  const { roles } = await trustFetch(ctx, id, "identity:get_role_for_trust");
  const role = roles.find((one) => one.id === roleId);
  if (!role) throw notFound("role", roleId);
  return role;
}

export async function trustDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await allowed(tx, ctx, id, "identity:delete_trust");
    await rowDelete(tx, id);
  });
}

export async function trustShown(db: Db, trust: Trust): Promise<ShownTrust> {
  const roles = await roleList(db);
  return { trust, roles: roles.filter(({ id }) => trust.roleIds.includes(id)) };
}

async function allowed(db: Db, ctx: IdentityCtx, id: string, rule: TrustRule): Promise<Trust> {
  const trust = await trustFind(db, id);
  if (!trust || !trustLive(trust, ctx.clock.now())) throw notFound("trust", id);
  ctx.enforce(rule, {
    "target.trust.trustor_user_id": trust.trustorUserId,
    "target.trust.trustee_user_id": trust.trusteeUserId,
  });
  refuseApplicationCredential(ctx);
  return trust;
}
