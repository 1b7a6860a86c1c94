import type { Db, Tx } from "#db/index.ts";
import { scopeId, type Assignment, type AssignmentScope, type Grant } from "../domain/assignment.ts";
import type { NamedRef } from "../domain/token.ts";

interface AssignmentRow {
  user_id: string;
  scope_kind: AssignmentScope["kind"];
  scope_id: string;
  role_id: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_assignments: AssignmentRow;
  }
}

export interface AssignmentFilter {
  readonly userId?: string | undefined;
  readonly roleId?: string | undefined;
  readonly scope?: AssignmentScope | undefined;
}

export async function assignmentExists(db: Db, grant: Grant): Promise<boolean> {
  const row = await db
    .selectFrom("identity_assignments")
    .select("role_id")
    .where("user_id", "=", grant.userId)
    .where("scope_kind", "=", grant.scope.kind)
    .where("scope_id", "=", scopeId(grant.scope))
    .where("role_id", "=", grant.roleId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Assigning twice is no error. */
export async function assignmentEnsure(tx: Tx, grant: Grant): Promise<void> {
  await tx
    .insertInto("identity_assignments")
    .values({
      user_id: grant.userId,
      scope_kind: grant.scope.kind,
      scope_id: scopeId(grant.scope),
      role_id: grant.roleId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Removes every assignment that fits; an empty filter is refused by its type. */
export async function assignmentDelete(
  tx: Tx,
  filter:
    | { readonly userId: string }
    | { readonly roleId: string }
    | { readonly scope: AssignmentScope }
    | Grant,
): Promise<void> {
  let query = tx.deleteFrom("identity_assignments");
  if ("userId" in filter) query = query.where("user_id", "=", filter.userId);
  if ("roleId" in filter) query = query.where("role_id", "=", filter.roleId);
  if ("scope" in filter) {
    query = query.where("scope_kind", "=", filter.scope.kind).where("scope_id", "=", scopeId(filter.scope));
  }
  await query.execute();
}

/** The roles that a user has on a scope, with all that they imply. */
export async function roleListEffective(db: Db, userId: string, scope: AssignmentScope): Promise<NamedRef[]> {
  return db
    .withRecursive("granted(role_id)", (cte) =>
      cte
        .selectFrom("identity_assignments")
        .select("role_id")
        .where("user_id", "=", userId)
        .where("scope_kind", "=", scope.kind)
        .where("scope_id", "=", scopeId(scope))
        .union(
          cte
            .selectFrom("identity_implied_roles")
            .innerJoin("granted", "granted.role_id", "identity_implied_roles.prior_role_id")
            .select("identity_implied_roles.implied_role_id as role_id"),
        ),
    )
    .selectFrom("identity_roles")
    .innerJoin("granted", "granted.role_id", "identity_roles.id")
    .select(["identity_roles.id", "identity_roles.name"])
    .orderBy("identity_roles.name")
    .execute();
}

export async function assignmentList(db: Db, filter: AssignmentFilter): Promise<Assignment[]> {
  let query = db
    .selectFrom("identity_assignments as assigned")
    .innerJoin("identity_users as user", "user.id", "assigned.user_id")
    .innerJoin("identity_domains as user_domain", "user_domain.id", "user.domain_id")
    .innerJoin("identity_roles as role", "role.id", "assigned.role_id")
    .leftJoin("identity_projects as project", (join) =>
      join.onRef("project.id", "=", "assigned.scope_id").on("assigned.scope_kind", "=", "project"),
    )
    .leftJoin("identity_domains as scope_domain", (join) =>
      join.onRef("scope_domain.id", "=", (value) =>
        value.fn.coalesce("project.domain_id", "assigned.scope_id"),
      ),
    )
    .select(["assigned.scope_kind", "assigned.scope_id", "user.id as user_id", "user.name as user_name"])
    .select(["user_domain.id as user_domain_id", "user_domain.name as user_domain_name"])
    .select(["role.id as role_id", "role.name as role_name", "project.name as project_name"])
    .select(["scope_domain.id as scope_domain_id", "scope_domain.name as scope_domain_name"])
    .orderBy("user.name")
    .orderBy("assigned.scope_id")
    .orderBy("role.name");
  if (filter.userId !== undefined) query = query.where("assigned.user_id", "=", filter.userId);
  if (filter.roleId !== undefined) query = query.where("assigned.role_id", "=", filter.roleId);
  if (filter.scope !== undefined) {
    query = query
      .where("assigned.scope_kind", "=", filter.scope.kind)
      .where("assigned.scope_id", "=", scopeId(filter.scope));
  }
  const rows = await query.execute();
  return rows.map((row) => ({
    scopeKind: row.scope_kind,
    scopeId: row.scope_id,
    scopeName: row.project_name ?? row.scope_domain_name ?? "",
    scopeDomain:
      row.scope_kind === "project"
        ? { id: row.scope_domain_id ?? "", name: row.scope_domain_name ?? "" }
        : undefined,
    user: {
      id: row.user_id,
      name: row.user_name,
      domain: { id: row.user_domain_id, name: row.user_domain_name },
    },
    role: { id: row.role_id, name: row.role_name },
    priorRoleId: undefined,
  }));
}
