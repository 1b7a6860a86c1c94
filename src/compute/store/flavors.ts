import type { Db, Tx } from "#db/index.ts";

export interface FlavorRow {
  id: string;
  name: string;
  memory_mib: number;
  vcpus: number;
  root_gib: number;
  ephemeral_gib: number;
  swap_mib: number;
  rxtx_factor: number;
  is_public: number;
  description: string | null;
  /** JSON object of strings. */
  extra_specs: string;
  created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_flavors: FlavorRow;
  }
}

export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly rootGiB: number;
  readonly ephemeralGiB: number;
  readonly swapMiB: number;
  readonly rxtxFactor: number;
  readonly isPublic: boolean;
  readonly description: string | null;
  readonly extraSpecs: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

function fromRow(row: FlavorRow): Flavor {
  return {
    id: row.id,
    name: row.name,
    memoryMiB: row.memory_mib,
    vcpus: row.vcpus,
    rootGiB: row.root_gib,
    ephemeralGiB: row.ephemeral_gib,
    swapMiB: row.swap_mib,
    rxtxFactor: row.rxtx_factor,
    isPublic: row.is_public === 1,
    description: row.description,
    extraSpecs: JSON.parse(row.extra_specs) as Record<string, string>,
    createdAt: row.created_at,
  };
}

export async function flavorFind(db: Db, id: string): Promise<Flavor | undefined> {
  const row = await db.selectFrom("compute_flavors").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function flavorFindByName(db: Db, name: string): Promise<Flavor | undefined> {
  const row = await db.selectFrom("compute_flavors").selectAll().where("name", "=", name).executeTakeFirst();
  return row && fromRow(row);
}

/** All flavors; callers filter and sort: there are few. */
export async function flavorList(db: Db): Promise<Flavor[]> {
  const rows = await db
    .selectFrom("compute_flavors")
    .selectAll()
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  return rows.map(fromRow);
}

export async function flavorInsert(tx: Tx, flavor: Flavor): Promise<void> {
  await tx
    .insertInto("compute_flavors")
    .values({
      id: flavor.id,
      name: flavor.name,
      memory_mib: flavor.memoryMiB,
      vcpus: flavor.vcpus,
      root_gib: flavor.rootGiB,
      ephemeral_gib: flavor.ephemeralGiB,
      swap_mib: flavor.swapMiB,
      rxtx_factor: flavor.rxtxFactor,
      is_public: flavor.isPublic ? 1 : 0,
      description: flavor.description,
      extra_specs: JSON.stringify(flavor.extraSpecs),
      created_at: flavor.createdAt,
    })
    .execute();
}

export async function flavorUpdate(
  tx: Tx,
  id: string,
  changes: { readonly description?: string | null; readonly extraSpecs?: Readonly<Record<string, string>> },
): Promise<void> {
  await tx
    .updateTable("compute_flavors")
    .set({
      ...(changes.description === undefined ? {} : { description: changes.description }),
      ...(changes.extraSpecs === undefined ? {} : { extra_specs: JSON.stringify(changes.extraSpecs) }),
    })
    .where("id", "=", id)
    .execute();
}

export async function flavorDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("compute_flavors").where("id", "=", id).execute();
}
