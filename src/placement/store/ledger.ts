import { sql } from "kysely";
import { isPostgres, type Tx } from "#db/index.ts";
import type { Allocation, Consumer } from "../domain/allocation.ts";
import type { Inventory } from "../domain/inventory.ts";
import { allocationFromRow } from "./allocations.ts";
import { changeMark } from "./changed.ts";
import { consumerFromRow } from "./consumers.ts";
import { inventoryFromRow } from "./inventories.ts";
import { statement } from "./statement.ts";
import type { ConsumerRow, InventoryRow } from "./tables.ts";

/*
 * What one batch of changed allocations reads and writes: each a statement for all of it. None begins with WITH,
 * of which nobody could tell what it changes (db/changes.ts).
 */

const one = (keys: Iterable<string>): string[][] => [...keys].map((key) => [key]);

/**
 * Whoever changes allocations on PostgreSQL does so one after the other, in all processes: two batches nearly always
 * touch the same providers, so that the later one would only be begun anew. Must be the transaction's first statement,
 * before there is a snapshot.
 */
export async function ledgerLock(tx: Tx): Promise<void> {
  if (isPostgres(tx)) await sql`lock table "placement_ledger_lock" in exclusive mode`.execute(tx);
}

/** A consumer without allocations: one row, of which only the consumer's part is there. */
interface HolderRow extends ConsumerRow {
  readonly provider_uuid: string | null;
  readonly resource_class: string;
  readonly used: number;
  readonly allocated_at: number;
}

const holdersRead = statement<HolderRow>(
  ["text"],
  (_, { keys }) => sql`select "consumer".*, "allocation"."provider_uuid", "allocation"."resource_class",
    "allocation"."used", "allocation"."created_at" as "allocated_at"
    from "placement_consumers" as "consumer"
    left join "placement_allocations" as "allocation" on "allocation"."consumer_uuid" = "consumer"."uuid"
    where "consumer"."uuid" ${keys} order by "allocation"."position"`,
);

export interface LedgerHolders {
  readonly consumers: ReadonlyMap<string, Consumer>;
  /** By consumer, each one's in their order. Whoever holds something is a consumer. */
  readonly allocations: ReadonlyMap<string, readonly Allocation[]>;
}

export async function ledgerHolders(tx: Tx, uuids: Iterable<string>): Promise<LedgerHolders> {
  const consumers = new Map<string, Consumer>();
  const allocations = new Map<string, Allocation[]>();
  for (const row of await holdersRead(tx, one(uuids))) {
    if (!consumers.has(row.uuid)) consumers.set(row.uuid, consumerFromRow(row));
    if (row.provider_uuid === null) continue;
    const allocation = allocationFromRow({
      consumer_uuid: row.uuid,
      provider_uuid: row.provider_uuid,
      resource_class: row.resource_class,
      used: row.used,
      created_at: row.allocated_at,
    });
    const known = allocations.get(row.uuid);
    if (known) known.push(allocation);
    else allocations.set(row.uuid, [allocation]);
  }
  return { consumers, allocations };
}

/** Without inventories: one row, of which only the provider's part is there. */
type ProviderWithInventoryRow = { uuid: string; generation: number } & (
  | InventoryRow
  | { [Column in keyof InventoryRow]: null }
);

const providersRead = statement<ProviderWithInventoryRow>(
  ["text"],
  (_, { keys }) => sql`select "provider"."uuid", "provider"."generation", "inventory".*
    from "placement_providers" as "provider"
    left join "placement_inventories" as "inventory" on "inventory"."provider_uuid" = "provider"."uuid"
    where "provider"."uuid" ${keys}`,
);

export interface LedgerProviders {
  readonly generations: ReadonlyMap<string, number>;
  /** Provider → resource class → inventory. */
  readonly inventories: ReadonlyMap<string, ReadonlyMap<string, Inventory>>;
}

export async function ledgerProviders(tx: Tx, uuids: Iterable<string>): Promise<LedgerProviders> {
  const generations = new Map<string, number>();
  const inventories = new Map<string, Map<string, Inventory>>();
  for (const row of await providersRead(tx, one(uuids))) {
    generations.set(row.uuid, row.generation);
    if (row.provider_uuid === null) continue;
    const inventory = inventoryFromRow(row);
    const known = inventories.get(row.uuid);
    if (known) known.set(inventory.resourceClass, inventory);
    else inventories.set(row.uuid, new Map([[inventory.resourceClass, inventory]]));
  }
  return { generations, inventories };
}

const classesRead = statement<{ name: string }>(
  ["text"],
  (_, { keys }) => sql`select "name" from "placement_resource_classes" where "name" ${keys}`,
);

/** Those of the names that are custom resource classes. */
export async function ledgerClasses(tx: Tx, names: Iterable<string>): Promise<Set<string>> {
  return new Set((await classesRead(tx, one(names))).map((row) => row.name));
}

const allocationsDelete = statement<never>(
  ["text"],
  (_, { keys }) => sql`delete from "placement_allocations" where "consumer_uuid" ${keys}`,
);

export async function ledgerAllocationsDelete(tx: Tx, consumerUuids: Iterable<string>): Promise<void> {
  await allocationsDelete(tx, one(consumerUuids));
}

const allocationsInsert = statement<never>(
  ["text", "text", "text", "bigint", "integer", "bigint"],
  (_, { table }) => sql`insert into "placement_allocations"
    ("consumer_uuid", "provider_uuid", "resource_class", "used", "position", "created_at") select * from ${table}`,
);

/** Those of one consumer in the order in which they are to be shown. */
export async function ledgerAllocationsInsert(tx: Tx, allocations: readonly Allocation[]): Promise<void> {
  await allocationsInsert(
    tx,
    allocations.map((each, position) => [
      each.consumerUuid,
      each.providerUuid,
      each.resourceClass,
      each.used,
      position,
      each.createdAtMs,
    ]),
  );
}

// To SQLite "on" would else begin a join.
const consumersWrite = statement<never>(
  ["text", "text", "text", "text", "integer", "bigint", "bigint"],
  (_, { table }) => sql`insert into "placement_consumers"
    ("uuid", "project_id", "user_id", "consumer_type", "generation", "created_at", "updated_at")
    select * from ${table} where true
    on conflict ("uuid") do update set "project_id" = excluded."project_id", "user_id" = excluded."user_id",
    "consumer_type" = excluded."consumer_type", "generation" = excluded."generation",
    "updated_at" = excluded."updated_at"`,
);

export async function ledgerConsumersWrite(tx: Tx, consumers: readonly Consumer[]): Promise<void> {
  await consumersWrite(
    tx,
    consumers.map((each) => [
      each.uuid,
      each.projectId,
      each.userId,
      each.consumerType ?? null,
      each.generation,
      each.createdAtMs,
      each.updatedAtMs,
    ]),
  );
}

const consumersDelete = statement<never>(
  ["text"],
  (_, { keys }) => sql`delete from "placement_consumers" where "uuid" ${keys}`,
);

export async function ledgerConsumersDelete(tx: Tx, uuids: Iterable<string>): Promise<void> {
  await consumersDelete(tx, one(uuids));
}

const usedWrite = statement<never>(
  ["text", "text", "bigint"],
  (_, { table }) => sql`update "placement_inventories" set "used" = "v"."column3"
    from ${table}
    where "provider_uuid" = "v"."column1" and "resource_class" = "v"."column2"`,
);

export async function ledgerUsedWrite(tx: Tx, inventories: readonly Inventory[]): Promise<void> {
  await usedWrite(
    tx,
    inventories.map((each) => [each.providerUuid, each.resourceClass, each.used]),
  );
}

const generationsWrite = statement<never>(
  ["text", "integer", "bigint"],
  (tx, { table }) => sql`update "placement_providers"
    set "generation" = "v"."column2", "updated_at" = "v"."column3", "changed" = ${changeMark(tx)}
    from ${table} where "uuid" = "v"."column1"`,
);

/** With the mark of this change. */
export async function ledgerGenerationsWrite(
  tx: Tx,
  generations: ReadonlyMap<string, number>,
  nowMs: number,
): Promise<void> {
  await generationsWrite(
    tx,
    [...generations].map(([uuid, generation]) => [uuid, generation, nowMs]),
  );
}
