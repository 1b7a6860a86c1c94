import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import { defaultDomainId, type Extra, type Group, type User } from "../domain/resources.ts";
import { domainFind } from "../store/domains.ts";
import { grantDelete } from "../store/grants.ts";
import {
  groupDelete as rowDelete,
  groupFind,
  groupInsert,
  groupList as rowList,
  groupUpdate as rowUpdate,
  membershipDelete,
  membershipEnsure,
  membershipExists,
  type GroupFilter,
} from "../store/groups.ts";
import { userList, type UserFilter } from "../store/users.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict, notFound, refuseMove } from "./failures.ts";
import { userFetch } from "./user.ts";

export interface GroupChange {
  readonly name?: string | undefined;
  readonly domainId?: string | undefined;
  readonly description?: string | undefined;
  readonly extra: Extra;
}

export async function groupFetch(db: Db, id: string): Promise<Group> {
  const group = await groupFind(db, id);
  if (!group) throw notFound("group", id);
  return group;
}

export function groupList(ctx: IdentityCtx, filter: GroupFilter): Promise<Group[]> {
  return rowList(ctx.deps.database.db, filter);
}

/** Those that the user is in. */
export async function groupListOfUser(
  ctx: IdentityCtx,
  userId: string,
  filter: Pick<GroupFilter, "name">,
): Promise<Group[]> {
  const { db } = ctx.deps.database;
  await userFetch(db, userId);
  return rowList(db, { ...filter, userId });
}

export async function groupCreate(
  ctx: IdentityCtx,
  input: GroupChange & { readonly name: string },
): Promise<Group> {
  const group: Group = {
    id: newHexId(),
    domainId: input.domainId ?? ctx.caller.domainId ?? defaultDomainId,
    name: input.name,
    description: input.description ?? "",
    extra: input.extra,
  };
  await ctx.deps.database.transaction(async (tx) => {
    if (!(await domainFind(tx, group.domainId))) throw notFound("domain", group.domainId);
    await refuseTakenName(tx, group);
    await groupInsert(tx, group);
  });
  return group;
}

export async function groupUpdate(ctx: IdentityCtx, id: string, change: GroupChange): Promise<Group> {
  return ctx.deps.database.transaction(async (tx) => {
    const old = await groupFetch(tx, id);
    refuseMove("group", old.domainId, change.domainId);
    const group: Group = {
      ...old,
      name: change.name ?? old.name,
      description: change.description ?? old.description,
      extra: { ...old.extra, ...change.extra },
    };
    await refuseTakenName(tx, group);
    await rowUpdate(tx, group);
    return group;
  });
}

export async function groupDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await groupFetch(tx, id);
    await groupErase(tx, id);
  });
}

export async function groupErase(tx: Tx, id: string): Promise<void> {
  await grantDelete(tx, { actor: { kind: "group", id } });
  await rowDelete(tx, id);
}

export async function groupUserList(ctx: IdentityCtx, id: string, filter: UserFilter): Promise<User[]> {
  const { db } = ctx.deps.database;
  await groupFetch(db, id);
  return userList(db, { ...filter, groupId: id });
}

/** Throws `not-found` when the user is not in the group. */
export async function membershipFetch(ctx: IdentityCtx, groupId: string, userId: string): Promise<void> {
  const { db } = ctx.deps.database;
  await requireBoth(db, groupId, userId);
  if (!(await membershipExists(db, groupId, userId))) throw noMember(groupId, userId);
}

export async function membershipCreate(ctx: IdentityCtx, groupId: string, userId: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await requireBoth(tx, groupId, userId);
    await membershipEnsure(tx, groupId, userId);
  });
}

export async function membershipRemove(ctx: IdentityCtx, groupId: string, userId: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await requireBoth(tx, groupId, userId);
    if (!(await membershipExists(tx, groupId, userId))) throw noMember(groupId, userId);
    await membershipDelete(tx, { groupId, userId });
  });
}

function noMember(groupId: string, userId: string): CloudError {
  return new CloudError("not-found", `User '${userId}' not found in group '${groupId}'.`);
}

async function requireBoth(db: Db, groupId: string, userId: string): Promise<void> {
  await groupFetch(db, groupId);
  await userFetch(db, userId);
}

async function refuseTakenName(db: Db, group: Group): Promise<void> {
  const [taken] = await rowList(db, { name: group.name, domainId: group.domainId });
  if (!taken || taken.id === group.id) return;
  throw conflict("group", `Duplicate entry found with name ${group.name} at domain ID ${group.domainId}`);
}
