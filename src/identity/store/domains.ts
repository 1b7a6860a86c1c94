import type { Db, Tx } from "#db/index.ts";
import type { Domain, Extra } from "../domain/resources.ts";
import { withGrantsOf, type Grantee } from "./grants.ts";
import type { TokenStampColumn } from "./token-stamp-column.ts";

interface DomainRow {
  id: string;
  name: string;
  description: string;
  enabled: number;
  /** JSON array. */
  tags: string;
  /** JSON object. */
  extra: string;
  immutable: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_domains: DomainRow & TokenStampColumn;
  }
}

export async function domainFind(db: Db, id: string): Promise<Domain | undefined> {
  const row = await db.selectFrom("identity_domains").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function domainList(
  db: Db,
  filter: { readonly name?: string | undefined; readonly enabled?: boolean | undefined } = {},
): Promise<Domain[]> {
  let query = db.selectFrom("identity_domains").selectAll().orderBy("name");
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  if (filter.enabled !== undefined) query = query.where("enabled", "=", Number(filter.enabled));
  return (await query.execute()).map(fromRow);
}

/** The domains on which the user has a role. */
export async function domainListOfUser(db: Db, grantee: Grantee): Promise<Domain[]> {
  const rows = await withGrantsOf(db, grantee)
    .selectFrom("identity_domains")
    .selectAll()
    .where("enabled", "=", 1)
    .where("id", "in", (inner) =>
      inner
        .selectFrom("own")
        .select("own.scope_id")
        .where("own.scope_kind", "=", "domain")
        .where("own.inherited", "=", 0),
    )
    .orderBy("name")
    .execute();
  return rows.map(fromRow);
}

export async function domainInsert(tx: Tx, domain: Domain): Promise<void> {
  await tx.insertInto("identity_domains").values(toRow(domain)).execute();
}

export async function domainUpdate(tx: Tx, domain: Domain): Promise<void> {
  const { id, ...changed } = toRow(domain);
  await tx.updateTable("identity_domains").set(changed).where("id", "=", id).execute();
}

/** Its users and projects must be gone. */
export async function domainDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_domains").where("id", "=", id).execute();
}

function fromRow(row: DomainRow): Domain {
  const { id, name, description } = row;
  return {
    id,
    name,
    description,
    enabled: row.enabled !== 0,
    tags: JSON.parse(row.tags) as string[],
    extra: JSON.parse(row.extra) as Extra,
    immutable: row.immutable !== 0,
  };
}

function toRow(domain: Domain): DomainRow {
  return {
    id: domain.id,
    name: domain.name,
    description: domain.description,
    enabled: Number(domain.enabled),
    tags: JSON.stringify(domain.tags),
    extra: JSON.stringify(domain.extra),
    immutable: Number(domain.immutable),
  };
}
