import type { Db, Tx } from "#db/index.ts";
import type { Implication } from "../domain/assignment.ts";
import type { Extra, Role } from "../domain/resources.ts";

interface RoleRow {
  id: string;
  name: string;
  /** Empty: a role of the whole cloud. */
  domain_id: string;
  description: string | null;
  immutable: number;
  /** JSON object. */
  extra: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_roles: RoleRow;
    identity_role_inferences: { prior_role_id: string; implied_role_id: string };
  }
}

export async function roleFind(db: Db, id: string): Promise<Role | undefined> {
  const row = await db.selectFrom("identity_roles").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export interface RoleFilter {
  readonly name?: string | undefined;
  /** Undefined: the roles of the whole cloud. */
  readonly domainId?: string | undefined;
}

export async function roleList(db: Db, filter: RoleFilter = {}): Promise<Role[]> {
  let query = db
    .selectFrom("identity_roles")
    .selectAll()
    .where("domain_id", "=", filter.domainId ?? "")
    .orderBy("name");
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  return (await query.execute()).map(fromRow);
}

export async function roleInsert(tx: Tx, role: Role): Promise<void> {
  await tx.insertInto("identity_roles").values(toRow(role)).execute();
}

export async function roleUpdate(tx: Tx, role: Role): Promise<void> {
  const { id, ...changed } = toRow(role);
  await tx.updateTable("identity_roles").set(changed).where("id", "=", id).execute();
}

/** Its assignments must be gone. */
export async function roleDelete(tx: Tx, id: string): Promise<void> {
  await tx
    .deleteFrom("identity_role_inferences")
    .where((row) => row.or([row("prior_role_id", "=", id), row("implied_role_id", "=", id)]))
    .execute();
  await tx.deleteFrom("identity_roles").where("id", "=", id).execute();
}

export async function implicationList(db: Db): Promise<Implication[]> {
  const rows = await db
    .selectFrom("identity_role_inferences as pair")
    .innerJoin("identity_roles as prior", "prior.id", "pair.prior_role_id")
    .innerJoin("identity_roles as implied", "implied.id", "pair.implied_role_id")
    .select(["prior.id as prior_id", "prior.name as prior_name"])
    .select(["implied.id as implied_id", "implied.name as implied_name"])
    .leftJoin("identity_domains as domain", "domain.id", "implied.domain_id")
    .select(["domain.id as domain_id", "domain.name as domain_name"])
    .orderBy("prior.name")
    .orderBy("implied.name")
    .execute();
  return rows.map((row) => ({
    prior: { id: row.prior_id, name: row.prior_name },
    implied: {
      id: row.implied_id,
      name: row.implied_name,
      domain: row.domain_id === null ? undefined : { id: row.domain_id, name: row.domain_name ?? "" },
    },
  }));
}

export async function implicationEnsure(tx: Tx, priorRoleId: string, impliedRoleId: string): Promise<void> {
  await tx
    .insertInto("identity_role_inferences")
    .values({ prior_role_id: priorRoleId, implied_role_id: impliedRoleId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function implicationDelete(tx: Tx, priorRoleId: string, impliedRoleId: string): Promise<void> {
  await tx
    .deleteFrom("identity_role_inferences")
    .where("prior_role_id", "=", priorRoleId)
    .where("implied_role_id", "=", impliedRoleId)
    .execute();
}

function fromRow(row: RoleRow): Role {
  const { id, name } = row;
  return {
    id,
    name,
    domainId: row.domain_id === "" ? undefined : row.domain_id,
    description: row.description ?? undefined,
    immutable: row.immutable !== 0,
    extra: JSON.parse(row.extra) as Extra,
  };
}

function toRow(role: Role): RoleRow {
  const { id, name } = role;
  return {
    id,
    name,
    domain_id: role.domainId ?? "",
    description: role.description ?? null,
    immutable: Number(role.immutable),
    extra: JSON.stringify(role.extra),
  };
}
