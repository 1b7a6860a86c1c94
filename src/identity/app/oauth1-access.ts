import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import type { AccessToken } from "../domain/oauth1.ts";
import type { Role } from "../domain/resources.ts";
import {
  accessTokenDelete as rowDelete,
  accessTokenFind,
  accessTokenList as rowList,
} from "../store/oauth1-tokens.ts";
import { roleList } from "../store/roles.ts";
import type { IdentityCtx } from "./context.ts";
import { refuseAnyDelegation } from "./delegation.ts";
import { notFound } from "./failures.ts";

const managing = "manage OAuth access tokens";

export function accessTokenList(ctx: IdentityCtx, userId: string): Promise<AccessToken[]> {
  refuseAnyDelegation(ctx, managing);
  return rowList(ctx.deps.database.db, userId);
}

export function accessTokenFetch(ctx: IdentityCtx, userId: string, id: string): Promise<AccessToken> {
  refuseAnyDelegation(ctx, managing);
  return fetch(ctx.deps.database.db, userId, id);
}

/** The tokens that were got by it end, too. */
export async function accessTokenDelete(ctx: IdentityCtx, userId: string, id: string): Promise<void> {
  refuseAnyDelegation(ctx, managing);
  await ctx.deps.database.transaction(async (tx) => {
    await fetch(tx, userId, id);
    await rowDelete(tx, id);
  });
}

export async function accessTokenRoleList(ctx: IdentityCtx, userId: string, id: string): Promise<Role[]> {
  const { db } = ctx.deps.database;
  const { roleIds } = await fetch(db, userId, id);
  return (await roleList(db)).filter((role) => roleIds.includes(role.id));
}

export async function accessTokenRoleFetch(
  ctx: IdentityCtx,
  ids: { readonly userId: string; readonly tokenId: string; readonly roleId: string },
): Promise<Role> {
  const roles = await accessTokenRoleList(ctx, ids.userId, ids.tokenId);
  const role = roles.find(({ id }) => id === ids.roleId);
  if (!role) throw notFound("role", ids.roleId);
  return role;
}

async function fetch(db: Db, userId: string, id: string): Promise<AccessToken> {
  const token = await accessTokenFind(db, id);
  if (token?.authorizingUserId === userId) return token;
  throw new CloudError("not-found", "Access token not found");
}
