import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import type { Secret } from "#base/secret.ts";
import type { Db, Tx } from "#db/index.ts";
import { passwordHash } from "../domain/password.ts";
import { defaultDomainId, type Extra, type User, type UserOptions } from "../domain/resources.ts";
import { applicationCredentialDelete } from "../store/application-credentials.ts";
import { domainFind } from "../store/domains.ts";
import { grantDelete } from "../store/grants.ts";
import { membershipDelete } from "../store/groups.ts";
import { tokenEndOfUser } from "../store/tokens.ts";
import {
  userDelete as rowDelete,
  userFind,
  userInsert,
  userList as rowList,
  userUpdate as rowUpdate,
  type UserFilter,
} from "../store/users.ts";
import type { IdentityCtx } from "./context.ts";
import { conflict, notFound, refuseMove, unauthenticated } from "./failures.ts";
import { userVerify } from "./sign-in.ts";

export interface UserChange {
  readonly name?: string | undefined;
  readonly domainId?: string | undefined;
  readonly enabled?: boolean | undefined;
  /** `null` takes it away. */
  readonly defaultProjectId?: string | null | undefined;
  /** `null` takes it away: nobody can sign in with a password then. */
  readonly password?: Secret<string> | null | undefined;
  /** `null` takes an option away. */
  readonly options?: { readonly [Name in keyof UserOptions]: UserOptions[Name] | null } | undefined;
  readonly extra: Extra;
}

export async function userFetch(db: Db, id: string): Promise<User> {
  const user = await userFind(db, id);
  if (!user) throw notFound("user", id);
  return user;
}

export function userList(ctx: IdentityCtx, filter: UserFilter): Promise<User[]> {
  return rowList(ctx.deps.database.db, filter);
}

export async function userCreate(
  ctx: IdentityCtx,
  input: UserChange & { readonly name: string },
): Promise<User> {
  const user: User = {
    id: newHexId(),
    domainId: input.domainId ?? ctx.caller.domainId ?? defaultDomainId,
    name: input.name,
    enabled: input.enabled ?? true,
    defaultProjectId: input.defaultProjectId ?? undefined,
    passwordHash: input.password ? await passwordHash(input.password, ctx.deps.passwordCost) : undefined,
    options: optionsOf({}, input),
    extra: input.extra,
  };
  await ctx.deps.database.transaction(async (tx) => {
    if (!(await domainFind(tx, user.domainId))) throw notFound("domain", user.domainId);
    await refuseTakenName(tx, user);
    await refuseDomainAsProject(tx, user);
    await userInsert(tx, user);
  });
  return user;
}

/** A new password, and being disabled, end the user's tokens; the latter also the application credentials. */
export async function userUpdate(ctx: IdentityCtx, id: string, change: UserChange): Promise<User> {
  const { password } = change;
  const newHash = password ? await passwordHash(password, ctx.deps.passwordCost) : undefined;
  return ctx.deps.database.transaction(async (tx) => {
    const old = await userFetch(tx, id);
    refuseMove("user", old.domainId, change.domainId);
    const { defaultProjectId = old.defaultProjectId } = change;
    const user: User = {
      ...old,
      name: change.name ?? old.name,
      enabled: change.enabled ?? old.enabled,
      defaultProjectId: defaultProjectId ?? undefined,
      passwordHash: password === undefined ? old.passwordHash : newHash,
      options: optionsOf(old.options, change),
      extra: { ...old.extra, ...change.extra },
    };
    await refuseTakenName(tx, user);
    await refuseDomainAsProject(tx, user);
    if (password !== undefined || !user.enabled) await tokenEndOfUser(tx, id);
    if (!user.enabled) await applicationCredentialDelete(tx, { userId: id });
    await rowUpdate(tx, user);
    return user;
  });
}

function optionsOf(old: UserOptions, { options = {} }: UserChange): UserOptions {
  return Object.fromEntries(Object.entries({ ...old, ...options }).filter(([, value]) => value !== null));
}

/** By the user, who proves the old password; needs no token. Ends the user's tokens. */
export async function userPasswordChange(
  ctx: IdentityCtx,
  input: { readonly userId: string; readonly original: Secret<string>; readonly password: Secret<string> },
): Promise<void> {
  const verified = await userVerify(ctx, { id: input.userId }, input.original);
  if (verified.options.lock_password === true)
    throw new CloudError(
      "invalid",
      "You cannot change your password at this time due to password policy disallowing password changes. Contact your administrator to reset your password.",
    );
  const newHash = await passwordHash(input.password, ctx.deps.passwordCost);
  await ctx.deps.database.transaction(async (tx) => {
    const user = await userFind(tx, verified.id);
    const changed = user?.passwordHash !== verified.passwordHash;
    if (!user || changed) throw unauthenticated(ctx, "the password was changed meanwhile", user?.id);
    await tokenEndOfUser(tx, user.id);
    await rowUpdate(tx, { ...user, passwordHash: newHash });
  });
}

export async function userDelete(ctx: IdentityCtx, id: string): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await userFetch(tx, id);
    await userErase(tx, id);
  });
}

export async function userErase(tx: Tx, id: string): Promise<void> {
  await grantDelete(tx, { actor: { kind: "user", id } });
  await membershipDelete(tx, { userId: id });
  await rowDelete(tx, id);
}

async function refuseDomainAsProject(db: Db, { defaultProjectId: id }: User): Promise<void> {
  if (id === undefined || !(await domainFind(db, id))) return;
  throw new CloudError("invalid", `User's default project ID cannot be a domain ID: ${id}`);
}

async function refuseTakenName(db: Db, user: User): Promise<void> {
  const [taken] = await rowList(db, { name: user.name, domainId: user.domainId });
  if (!taken || taken.id === user.id) return;
  throw conflict("user", `Duplicate entry found with name ${user.name} at domain ID ${user.domainId}`);
}
