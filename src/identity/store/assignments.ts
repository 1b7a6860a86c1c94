import { sql, type RawBuilder } from "kysely";
import { prepared, type Db } from "#db/index.ts";
import { scopeId, type Actor, type Assignment, type AssignmentScope } from "../domain/assignment.ts";
import type { NamedRef } from "../domain/token.ts";

export interface AssignmentFilter {
  readonly actor?: Actor | undefined;
  readonly roleId?: string | undefined;
  readonly scope?: AssignmentScope | undefined;
  readonly inherited?: boolean | undefined;
}

/**
 * The roles that a user has on a scope: their own and their groups' grants there and those inherited from
 * above, with all that they imply. A role of one domain counts only by what it implies.
 */
export async function roleListEffective(
  db: Db,
  userId: string,
  scope: AssignmentScope,
): Promise<readonly NamedRef[]> {
  const projectId = scope.kind === "project" ? scope.id : "";
  return effectiveRoles(db, { userId, projectId, kind: scope.kind, id: scopeId(scope) });
}

const effectiveRoles = prepared(
  (db: Db, { userId, projectId, kind, id }: Record<"userId" | "projectId" | "kind" | "id", string>) =>
    rolesQuery(db, { projectId, kind, id, own: ownGrants(userId) }),
);

/** The same of a user who counts as in these groups, too; there is at least one. */
export async function roleListWithGroups(
  db: Db,
  userId: string,
  { groupIds, scope }: { readonly groupIds: readonly string[]; readonly scope: AssignmentScope },
): Promise<readonly NamedRef[]> {
  const projectId = scope.kind === "project" ? scope.id : "";
  const own = sql`${ownGrants(userId)} or actor_id in (${sql.join(groupIds)})`;
  return rolesQuery(db, { projectId, kind: scope.kind, id: scopeId(scope), own }).execute();
}

function ownGrants(userId: string): RawBuilder<unknown> {
  return sql`actor_id = ${userId}
    or actor_id in (select group_id from identity_group_users where user_id = ${userId})`;
}

interface RolesPlace extends Record<"projectId" | "kind" | "id", string> {
  readonly own: RawBuilder<unknown>;
}

function rolesQuery(db: Db, { own, projectId, kind, id }: RolesPlace) {
  const effective = sql<NamedRef>`(
    with recursive own (scope_kind, scope_id, role_id, inherited) as (
      select scope_kind, scope_id, role_id, inherited from identity_grants where ${own}
    ), above (id) as (
      select parent_id from identity_projects where id = ${projectId}
      union
      select project.parent_id from identity_projects project join above on above.id = project.id
    ), granted (role_id) as (
      select role_id from own
      where (inherited = 0 and scope_kind = ${kind} and scope_id = ${id})
        or (inherited = 1 and scope_id in (select id from above))
      union
      select pair.implied_role_id from identity_role_inferences pair
      join granted on granted.role_id = pair.prior_role_id
    )
    select role.id, role.name from identity_roles role join granted on granted.role_id = role.id
    where role.domain_id = ''
  )`;
  return db.selectFrom(effective.as("effective")).select(["id", "name"]).orderBy("name");
}

/** The grants as they were made. */
export async function assignmentList(db: Db, filter: AssignmentFilter): Promise<Assignment[]> {
  let query = assignmentQuery(db);
  const { actor, roleId, scope, inherited } = filter;
  if (actor !== undefined) {
    query = query.where("given.actor_kind", "=", actor.kind).where("given.actor_id", "=", actor.id);
  }
  if (roleId !== undefined) query = query.where("given.role_id", "=", roleId);
  if (scope !== undefined) {
    query = query.where("given.scope_kind", "=", scope.kind).where("given.scope_id", "=", scopeId(scope));
  }
  if (inherited !== undefined) query = query.where("given.inherited", "=", Number(inherited));
  return (await query.execute()).map(fromRow);
}

function assignmentQuery(db: Db) {
  return db
    .selectFrom("identity_grants as given")
    .leftJoin("identity_users as user", (join) =>
      join.onRef("user.id", "=", "given.actor_id").on("given.actor_kind", "=", "user"),
    )
    .leftJoin("identity_groups as group", (join) =>
      join.onRef("group.id", "=", "given.actor_id").on("given.actor_kind", "=", "group"),
    )
    .innerJoin("identity_domains as actor_domain", (join) =>
      join.onRef("actor_domain.id", "=", (value) => value.fn.coalesce("user.domain_id", "group.domain_id")),
    )
    .innerJoin("identity_roles as role", "role.id", "given.role_id")
    .leftJoin("identity_domains as role_domain", "role_domain.id", "role.domain_id")
    .leftJoin("identity_projects as project", (join) =>
      join.onRef("project.id", "=", "given.scope_id").on("given.scope_kind", "=", "project"),
    )
    .leftJoin("identity_domains as scope_domain", (join) =>
      join.onRef("scope_domain.id", "=", (value) => value.fn.coalesce("project.domain_id", "given.scope_id")),
    )
    .select(["given.actor_kind", "given.actor_id", "given.scope_kind", "given.scope_id", "given.inherited"])
    .select(["user.name as user_name", "group.name as group_name"])
    .select(["actor_domain.id as actor_domain_id", "actor_domain.name as actor_domain_name"])
    .select(["role.id as role_id", "role.name as role_name"])
    .select(["role_domain.id as role_domain_id", "role_domain.name as role_domain_name"])
    .select(["project.name as project_name"])
    .select(["scope_domain.id as scope_domain_id", "scope_domain.name as scope_domain_name"])
    .orderBy("given.actor_id")
    .orderBy("given.scope_id")
    .orderBy("role.name");
}

type Row = Awaited<ReturnType<ReturnType<typeof assignmentQuery>["execute"]>>[number];

function fromRow(row: Row): Assignment {
  return {
    scopeKind: row.scope_kind,
    scopeId: row.scope_id,
    scopeName: row.project_name ?? row.scope_domain_name ?? "",
    scopeDomain:
      row.scope_kind === "project"
        ? { id: row.scope_domain_id ?? "", name: row.scope_domain_name ?? "" }
        : undefined,
    actor: {
      kind: row.actor_kind,
      id: row.actor_id,
      name: row.user_name ?? row.group_name ?? "",
      domain: { id: row.actor_domain_id, name: row.actor_domain_name },
    },
    role: {
      id: row.role_id,
      name: row.role_name,
      domain:
        row.role_domain_id === null
          ? undefined
          : { id: row.role_domain_id, name: row.role_domain_name ?? "" },
    },
    inherited: row.inherited !== 0,
    priorRoleId: undefined,
    groupId: undefined,
    inheritedFrom: undefined,
  };
}
