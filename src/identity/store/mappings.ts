import type { Db, Tx } from "#db/index.ts";
import type { Mapping, MappingRule } from "../domain/mapping.ts";

interface MappingRow {
  id: string;
  /** JSON array. */
  rules: string;
  schema_version: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_mappings: MappingRow;
  }
}

export async function mappingFind(db: Db, id: string): Promise<Mapping | undefined> {
  const row = await db.selectFrom("identity_mappings").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function mappingList(db: Db): Promise<Mapping[]> {
  const rows = await db.selectFrom("identity_mappings").selectAll().orderBy("id").execute();
  return rows.map(fromRow);
}

export async function mappingInsert(tx: Tx, mapping: Mapping): Promise<void> {
  await tx.insertInto("identity_mappings").values(toRow(mapping)).execute();
}

export async function mappingUpdate(tx: Tx, mapping: Mapping): Promise<void> {
  const { id, ...changed } = toRow(mapping);
  await tx.updateTable("identity_mappings").set(changed).where("id", "=", id).execute();
}

export async function mappingDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_mappings").where("id", "=", id).execute();
}

function fromRow(row: MappingRow): Mapping {
  return {
    id: row.id,
    rules: JSON.parse(row.rules) as MappingRule[],
    schemaVersion: row.schema_version,
  };
}

function toRow({ id, rules, schemaVersion }: Mapping): MappingRow {
  return { id, rules: JSON.stringify(rules), schema_version: schemaVersion };
}
