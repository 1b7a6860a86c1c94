import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import { scopeId, type Actor, type AssignmentScope, type Grant } from "../domain/assignment.ts";
import type { Role } from "../domain/resources.ts";
import { applicationCredentialDelete } from "../store/application-credentials.ts";
import { assignmentList as rowList, roleListEffective, roleListWithGroups } from "../store/assignments.ts";
import { grantDelete as rowDelete, grantEnsure, grantExists } from "../store/grants.ts";
import { membershipList } from "../store/groups.ts";
import { roleFind } from "../store/roles.ts";
import type { IdentityCtx } from "./context.ts";
import { domainFetch } from "./domain.ts";
import { forbidden } from "./failures.ts";
import { groupFetch } from "./group.ts";
import { projectFetch } from "./project.ts";
import { roleFetch } from "./role.ts";
import { userFetch } from "./user.ts";

/** Throws `not-found` when the actor was not given the role there (an implied one does not count). */
export async function grantFetch(ctx: IdentityCtx, grant: Grant): Promise<void> {
  const { db } = ctx.deps.database;
  await requireParts(db, grant);
  if (!(await grantExists(db, grant))) throw noSuchGrant(grant);
}

export async function grantCreate(ctx: IdentityCtx, grant: Grant): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await requireParts(tx, grant);
    await requireDomainOfRole(tx, grant);
    await grantEnsure(tx, grant);
  });
}

/**
 * Ends the user's tokens of that scope when it was the last role there: roles are read at each request. The user's
 * application credentials of the project go, as Keystone has it.
 */
export async function grantDelete(ctx: IdentityCtx, grant: Grant): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await requireParts(tx, grant);
    if (!(await grantExists(tx, grant))) throw noSuchGrant(grant);
    await rowDelete(tx, grant);
    if (grant.scope.kind !== "project") return;
    const { id: projectId } = grant.scope;
    for (const userId of await actorUsers(tx, grant.actor))
      await applicationCredentialDelete(tx, { userId, projectId });
  });
}

async function actorUsers(db: Db, { kind, id }: Actor): Promise<readonly string[]> {
  if (kind === "user") return [id];
  const members = await membershipList(db);
  return members.filter(({ groupId }) => groupId === id).map((member) => member.id);
}

/** Whether the caller has a role on the system. */
export async function callerHasSystem(ctx: IdentityCtx): Promise<boolean> {
  const { db } = ctx.deps.database;
  const { userId, groupIds = [] } = ctx.caller;
  const scope = { kind: "system" } as const;
  const roles =
    groupIds.length > 0
      ? await roleListWithGroups(db, userId, { groupIds, scope })
      : await roleListEffective(db, userId, scope);
  return roles.length > 0;
}

/** The roles that were given there, without what they imply. */
export async function grantList(
  ctx: IdentityCtx,
  place: Pick<Grant, "actor" | "scope" | "inherited">,
): Promise<Role[]> {
  const { db } = ctx.deps.database;
  await requireActor(db, place.actor);
  await requireScope(db, place.scope);
  const roles: Role[] = [];
  for (const { role } of await rowList(db, place)) {
    const found = await roleFind(db, role.id);
    if (found) roles.push(found);
  }
  return roles;
}

async function requireParts(db: Db, grant: Grant): Promise<void> {
  await roleFetch(db, grant.roleId);
  await requireActor(db, grant.actor);
  await requireScope(db, grant.scope);
}

/** A role of one domain is for the projects of that domain. */
async function requireDomainOfRole(db: Db, grant: Grant): Promise<void> {
  const { domainId } = await roleFetch(db, grant.roleId);
  if (domainId === undefined || grant.scope.kind !== "project") return;
  const project = await projectFetch(db, grant.scope.id);
  if (project.domainId === domainId) return;
  throw forbidden(
    `Project ${project.id} must be in the same domain as the role ${grant.roleId} being assigned.`,
  );
}

async function requireActor(db: Db, actor: Actor): Promise<void> {
  if (actor.kind === "user") await userFetch(db, actor.id);
  else await groupFetch(db, actor.id);
}

async function requireScope(db: Db, scope: AssignmentScope): Promise<void> {
  if (scope.kind === "project") await projectFetch(db, scope.id);
  if (scope.kind === "domain") await domainFetch(db, scope.id);
}

export function noSuchGrant(grant: Grant): CloudError {
  const target = grant.scope.kind === "system" ? "system" : scopeId(grant.scope);
  return new CloudError(
    "not-found",
    `Could not find role assignment with role: ${grant.roleId}, user or group: ${grant.actor.id}, ` +
      `project, domain, or system: ${target}.`,
  );
}
