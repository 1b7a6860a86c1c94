import { CloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import {
  assignmentsExpand,
  scopeId,
  type Assignment,
  type AssignmentScope,
  type Grant,
} from "../domain/assignment.ts";
import type { Role } from "../domain/resources.ts";
import { applicationCredentialDelete } from "../store/application-credentials.ts";
import {
  assignmentDelete,
  assignmentEnsure,
  assignmentExists,
  assignmentList as rowList,
  type AssignmentFilter,
} from "../store/assignments.ts";
import { implicationList, roleList } from "../store/roles.ts";
import type { IdentityCtx } from "./context.ts";
import { domainFetch } from "./domain.ts";
import { projectFetch } from "./project.ts";
import { roleFetch } from "./role.ts";
import { userFetch } from "./user.ts";

/** Throws `not-found` when the user does not have the role there (an implied one does not count). */
export async function grantFetch(ctx: IdentityCtx, grant: Grant): Promise<void> {
  const { db } = ctx.deps.database;
  await requireParts(db, grant);
  if (!(await assignmentExists(db, grant))) throw noSuchGrant(grant);
}

export async function grantCreate(ctx: IdentityCtx, grant: Grant): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await requireParts(tx, grant);
    await assignmentEnsure(tx, grant);
  });
}

/**
 * Ends the user's tokens of that scope when it was the last role there: roles are read at each request. The user's
 * application credentials of the project go, as Keystone has it.
 */
export async function grantDelete(ctx: IdentityCtx, grant: Grant): Promise<void> {
  await ctx.deps.database.transaction(async (tx) => {
    await requireParts(tx, grant);
    if (!(await assignmentExists(tx, grant))) throw noSuchGrant(grant);
    await assignmentDelete(tx, grant);
    if (grant.scope.kind === "project")
      await applicationCredentialDelete(tx, { userId: grant.userId, projectId: grant.scope.id });
  });
}

/** The roles that were assigned there, without what they imply. */
export async function grantList(ctx: IdentityCtx, userId: string, scope: AssignmentScope): Promise<Role[]> {
  const { db } = ctx.deps.database;
  await userFetch(db, userId);
  await requireScope(db, scope);
  const assigned = new Set((await rowList(db, { userId, scope })).map(({ role }) => role.id));
  return (await roleList(db)).filter(({ id }) => assigned.has(id));
}

/** `effective` adds implied roles; filtering by role then looks at those, too. */
export async function assignmentList(
  ctx: IdentityCtx,
  filter: AssignmentFilter & { readonly effective: boolean },
): Promise<readonly Assignment[]> {
  const { db } = ctx.deps.database;
  const { roleId, effective, ...rest } = filter;
  if (!effective) return rowList(db, { roleId, ...rest });
  const expanded = assignmentsExpand(await rowList(db, rest), await implicationList(db));
  return expanded.filter(({ role }) => roleId === undefined || role.id === roleId);
}

async function requireParts(db: Db, grant: Grant): Promise<void> {
  await roleFetch(db, grant.roleId);
  await userFetch(db, grant.userId);
  await requireScope(db, grant.scope);
}

async function requireScope(db: Db, scope: AssignmentScope): Promise<void> {
  if (scope.kind === "project") await projectFetch(db, scope.id);
  if (scope.kind === "domain") await domainFetch(db, scope.id);
}

function noSuchGrant(grant: Grant): CloudError {
  const target = grant.scope.kind === "system" ? "system" : scopeId(grant.scope);
  return new CloudError(
    "not-found",
    `Could not find role assignment with role: ${grant.roleId}, user or group: ${grant.userId}, ` +
      `project, domain, or system: ${target}.`,
  );
}
