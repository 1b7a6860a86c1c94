import type { Db, Tx } from "#db/index.ts";
import { scopeId, type Actor, type AssignmentScope, type Grant } from "../domain/assignment.ts";

interface GrantRow {
  actor_kind: Actor["kind"];
  actor_id: string;
  scope_kind: AssignmentScope["kind"];
  scope_id: string;
  role_id: string;
  inherited: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_grants: GrantRow;
  }
}

export async function grantExists(db: Db, grant: Grant): Promise<boolean> {
  const row = await db
    .selectFrom("identity_grants")
    .select("role_id")
    .where("actor_kind", "=", grant.actor.kind)
    .where("actor_id", "=", grant.actor.id)
    .where("scope_kind", "=", grant.scope.kind)
    .where("scope_id", "=", scopeId(grant.scope))
    .where("role_id", "=", grant.roleId)
    .where("inherited", "=", Number(grant.inherited))
    .executeTakeFirst();
  return row !== undefined;
}

/** A user, and groups that count beside those that they are in. */
export interface Grantee {
  readonly userId: string;
  readonly groupIds?: readonly string[] | undefined;
}

/** Starts a query with `own`: the grants of the user and of their groups. RECURSIVE is for what may follow. */
export function withGrantsOf(db: Db, { userId, groupIds = [] }: Grantee) {
  return db.withRecursive("own", (cte) =>
    cte
      .selectFrom("identity_grants")
      .selectAll()
      .where((row) =>
        row.or([
          row("actor_id", "=", userId),
          row(
            "actor_id",
            "in",
            row.selectFrom("identity_group_users").select("group_id").where("user_id", "=", userId),
          ),
          ...(groupIds.length === 0 ? [] : [row("actor_id", "in", groupIds)]),
        ]),
      ),
  );
}

/** Granting twice is no error. */
export async function grantEnsure(tx: Tx, grant: Grant): Promise<void> {
  await tx
    .insertInto("identity_grants")
    .values({
      actor_kind: grant.actor.kind,
      actor_id: grant.actor.id,
      scope_kind: grant.scope.kind,
      scope_id: scopeId(grant.scope),
      role_id: grant.roleId,
      inherited: Number(grant.inherited),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Removes every grant that fits; an empty filter is refused by its type. */
export async function grantDelete(
  tx: Tx,
  filter:
    | { readonly actor: Actor }
    | { readonly roleId: string }
    | { readonly scope: AssignmentScope }
    | Grant,
): Promise<void> {
  let query = tx.deleteFrom("identity_grants");
  if ("actor" in filter) {
    query = query.where("actor_kind", "=", filter.actor.kind).where("actor_id", "=", filter.actor.id);
  }
  if ("roleId" in filter) query = query.where("role_id", "=", filter.roleId);
  if ("scope" in filter) {
    query = query.where("scope_kind", "=", filter.scope.kind).where("scope_id", "=", scopeId(filter.scope));
  }
  if ("inherited" in filter) query = query.where("inherited", "=", Number(filter.inherited));
  await query.execute();
}
