import { CloudError } from "#base/errors.ts";
import { newHexId } from "#base/ids.ts";
import type { Secret } from "#base/secret.ts";
import type { Db, Tx } from "#db/index.ts";
import {
  newApplicationCredentialSecret,
  type ApplicationCredential,
} from "../domain/application-credential.ts";
import type { AccessRule } from "../domain/delegation.ts";
import { passwordHash } from "../domain/password.ts";
import type { Role } from "../domain/resources.ts";
import { rolesExpand } from "../domain/role-expansion.ts";
import type { RoleRef } from "../domain/role-ref.ts";
import type { NamedRef } from "../domain/token.ts";
import { accessRuleFind, accessRuleInsert, accessRuleList } from "../store/access-rules.ts";
import {
  applicationCredentialDelete as rowDelete,
  applicationCredentialFind,
  applicationCredentialInsert,
  applicationCredentialList as rowList,
} from "../store/application-credentials.ts";
import { roleListEffective } from "../store/assignments.ts";
import { implicationList, roleList } from "../store/roles.ts";
import { noSuchGrant } from "./assignment.ts";
import { tokenRead } from "./authenticate.ts";
import type { IdentityCtx } from "./context.ts";
import { forbiddenAction, refuseLentToken, refuseRestricted } from "./delegation.ts";
import { tokenOpen } from "./token-keys.ts";
import { userFetch } from "./user.ts";

export type AccessRuleInput = { readonly id: string } | Omit<AccessRule, "id">;

export interface ApplicationCredentialInput {
  readonly userId: string;
  readonly name: string;
  readonly description?: string | undefined;
  /** Undefined: one is made. */
  readonly secret?: Secret<string> | undefined;
  /** Undefined: all of the caller's token. */
  readonly roles?: readonly RoleRef[] | undefined;
  readonly accessRules?: readonly AccessRuleInput[] | undefined;
  readonly unrestricted: boolean;
  readonly expiresAtUs?: number | undefined;
}

/** With the roles as they are shown. */
export interface ShownCredential {
  readonly credential: ApplicationCredential;
  readonly roles: readonly Role[];
}

const managed = "application credentials";

/** In the project of the caller's token; the answer alone has the secret. */
export async function applicationCredentialCreate(
  ctx: IdentityCtx,
  input: ApplicationCredentialInput,
): Promise<ShownCredential & { readonly secret: Secret<string> }> {
  ctx.enforce("identity:create_application_credential", { user_id: input.userId });
  refuseLentToken(ctx, managed);
  refuseRestricted(ctx, managed);
  const { userId, projectId } = ctx.caller;
  if (userId !== input.userId)
    throw forbiddenAction("Cannot create an application credential for another user.");
  if (projectId === undefined)
    throw forbiddenAction("An application credential is for a project, and the token is not scoped to one.");
  const secret = input.secret ?? newApplicationCredentialSecret();
  const secretHash = await passwordHash(secret, ctx.deps.passwordCost);
  const { name, description, unrestricted, expiresAtUs } = input;
  const claims = await tokenOpen(ctx.deps, ctx.caller.token.expose());
  return ctx.deps.database.transaction(async (tx) => {
    const token = claims && (await tokenRead(tx, claims, ctx.clock.now()));
    const roleIds = await rolesOfCredential(tx, token?.roles ?? [], input.roles);
    if (token?.federation) await requireLasting(tx, roleIds, { userId, projectId });
    if (await applicationCredentialFind(tx, { userId, name })) throw nameTaken(name);
    const rules = input.accessRules && (await accessRulesEnsure(tx, userId, input.accessRules));
    const credential = {
      id: newHexId(),
      userId,
      projectId,
      name,
      description,
      secretHash,
      unrestricted,
      expiresAtUs,
      roleIds,
      accessRules: rules && rules.length > 0 ? rules : undefined,
    };
    await applicationCredentialInsert(tx, credential);
    return { ...(await shown(tx, credential)), secret };
  });
}

export async function applicationCredentialList(
  ctx: IdentityCtx,
  userId: string,
  filter: { readonly name?: string | undefined },
): Promise<ShownCredential[]> {
  ctx.enforce("identity:list_application_credentials", { user_id: userId });
  refuseLentToken(ctx, managed);
  const { db } = ctx.deps.database;
  await userFetch(db, userId);
  const credentials = await rowList(db, userId, filter);
  return Promise.all(credentials.map((credential) => shown(db, credential)));
}

export async function applicationCredentialFetch(
  ctx: IdentityCtx,
  userId: string,
  id: string,
): Promise<ShownCredential> {
  const { db } = ctx.deps.database;
  const credential = await allowed(db, ctx, { userId, id, rule: "identity:get_application_credential" });
  return shown(db, credential);
}

export async function applicationCredentialDelete(
  ctx: IdentityCtx,
  userId: string,
  id: string,
): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await allowed(tx, ctx, { userId, id, rule: "identity:delete_application_credential" });
    refuseRestricted(ctx, managed);
    await rowDelete(tx, { id });
  });
}

/** The owner of the credential decides, not the user of the path. */
async function allowed(
  db: Db,
  ctx: IdentityCtx,
  { userId, id, rule }: { userId: string; id: string; rule: string },
): Promise<ApplicationCredential> {
  const credential = await applicationCredentialFind(db, { id });
  ctx.enforce(rule, { user_id: credential?.userId ?? userId });
  refuseLentToken(ctx, managed);
  if (credential) return credential;
  throw new CloudError("not-found", `Could not find Application Credential: ${id}.`);
}

/** Roles by a group of an identity provider's end with the token: as in Keystone, nothing that outlives it has them. */
async function requireLasting(
  tx: Tx,
  roleIds: readonly string[],
  { userId, projectId }: { readonly userId: string; readonly projectId: string },
): Promise<void> {
  const scope = { kind: "project", id: projectId } as const;
  const lasting = new Set((await roleListEffective(tx, userId, scope)).map(({ id }) => id));
  const roleId = roleIds.find((id) => !lasting.has(id));
  if (roleId !== undefined)
    throw noSuchGrant({ actor: { kind: "user", id: userId }, scope, roleId, inherited: false });
}

/** None but those of the caller's token (`own`), with what they imply: a credential never has more than its maker. */
async function rolesOfCredential(
  tx: Tx,
  own: readonly NamedRef[],
  asked: readonly RoleRef[] | undefined,
): Promise<readonly string[]> {
  if (!asked || asked.length === 0) return own.map(({ id }) => id);
  const named = asked.map((ref) =>
    own.find(({ id, name }) => (ref.id ?? id) === id && (ref.name ?? name) === name),
  );
  const ids = rolesExpand(
    named.map((role) => {
      if (role) return role.id;
      throw invalid("Cannot create an application credential with unassigned role");
    }),
    await implicationList(tx),
  );
  return own.filter(({ id }) => ids.has(id)).map(({ id }) => id);
}

/** The same rule of the same user is one. */
async function accessRulesEnsure(
  tx: Tx,
  userId: string,
  asked: readonly AccessRuleInput[],
): Promise<AccessRule[]> {
  const found = new Map<string, AccessRule>();
  for (const input of asked) {
    const rule = "id" in input ? await accessRuleFind(tx, userId, input.id) : await ensure(tx, userId, input);
    if (!rule) throw invalid(`there is no access rule ${"id" in input ? input.id : ""} of this user`);
    found.set(rule.id, rule);
  }
  return [...found.values()];
}

async function ensure(tx: Tx, userId: string, input: Omit<AccessRule, "id">): Promise<AccessRule> {
  const { service, method, path } = input;
  const [known] = await accessRuleList(tx, userId, { service, method, path });
  if (known) return known;
  const rule = { id: newHexId(), service, method, path };
  await accessRuleInsert(tx, userId, rule);
  return rule;
}

async function shown(db: Db, credential: ApplicationCredential): Promise<ShownCredential> {
  const roles = await roleList(db);
  return { credential, roles: roles.filter(({ id }) => credential.roleIds.includes(id)) };
}

function invalid(detail: string): CloudError {
  return new CloudError("invalid", `Invalid application credential: ${detail}`);
}

function nameTaken(name: string): CloudError {
  return new CloudError(
    "already-exists",
    `Conflict occurred attempting to store application_credential - Duplicate entry found with name ${name}.`,
  );
}
