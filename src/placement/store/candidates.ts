import { sql, type RawBuilder } from "kysely";
import { isPostgres, type Db } from "#db/index.ts";
import type { InventoryRow, ProviderRow } from "./tables.ts";

export type ChangedProviderRow = Pick<ProviderRow, "uuid" | "name" | "parent_uuid" | "root_uuid" | "changed">;

/** What happened since a position, and where to go on from. */
export interface ChangesRead {
  readonly present: readonly ChangedProviderRow[];
  readonly deleted: readonly { readonly uuid: string; readonly changed: number }[];
  readonly position: number;
}

/** Before every change. */
export const changesStart = -1;

/**
 * Providers with a mark greater than `position`, and the next position. On PostgreSQL that is one less than the number of the
 * oldest transaction still running, taken in the snapshot of the rows: one that began earlier may yet commit a mark smaller
 * than some that are here, so these come again until no such transaction is left.
 */
export async function changesRead(db: Db, position: number): Promise<ChangesRead> {
  const settled: RawBuilder<number> = isPostgres(db)
    ? sql<number>`pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1`
    : sql<number>`null`;
  const rows = await db
    .selectFrom("placement_providers")
    .select(["uuid", "name", "parent_uuid", "root_uuid", "changed"])
    .select(settled.as("settled"))
    .where("changed", ">", position)
    .unionAll(
      db
        .selectFrom("placement_deleted_providers")
        .select([
          "uuid",
          sql<string>`''`.as("name"),
          sql<string | null>`null`.as("parent_uuid"),
          sql<string>`''`.as("root_uuid"),
          "changed",
        ])
        .select(settled.as("settled"))
        .where("changed", ">", position),
    )
    .execute();
  const deleted = rows.filter((row) => row.root_uuid === "");
  return {
    present: deleted.length === 0 ? rows : rows.filter((row) => row.root_uuid !== ""),
    deleted,
    position: rows.reduce((last, row) => Math.max(last, row.settled ?? row.changed), position),
  };
}

export type StockRow = Omit<InventoryRow, "created_at" | "updated_at">;

/** Of these providers, so few that one statement can name them. */
export function stocksRead(db: Db, uuids: readonly string[]): Promise<StockRow[]> {
  return db
    .selectFrom("placement_inventories")
    .select([
      "provider_uuid",
      "resource_class",
      "total",
      "reserved",
      "min_unit",
      "max_unit",
      "step_size",
      "allocation_ratio",
      "used",
    ])
    .where("provider_uuid", "in", uuids)
    .execute();
}

export function traitsRead(
  db: Db,
  uuids: readonly string[],
): Promise<{ readonly provider_uuid: string; readonly trait: string }[]> {
  return db
    .selectFrom("placement_provider_traits")
    .select(["provider_uuid", "trait"])
    .where("provider_uuid", "in", uuids)
    .execute();
}

export function membershipsRead(
  db: Db,
  uuids: readonly string[],
): Promise<{ readonly provider_uuid: string; readonly aggregate_uuid: string }[]> {
  return db
    .selectFrom("placement_provider_aggregates")
    .select(["provider_uuid", "aggregate_uuid"])
    .where("provider_uuid", "in", uuids)
    .execute();
}
