import type { Db, Tx } from "#db/index.ts";

interface AggregateRow {
  id: number;
  uuid: string;
  name: string;
  availability_zone: string | null;
  metadata: string;
  created_at: number;
  updated_at: number | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_aggregates: AggregateRow;
    compute_aggregate_hosts: { aggregate_id: number; host_id: string };
  }
}

export interface Aggregate {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
  readonly zone: string | undefined;
  /** Without the zone, which clients know as the key `availability_zone`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly hosts: readonly { readonly id: string; readonly hostname: string }[];
  readonly createdAt: number;
  readonly updatedAt: number | undefined;
}

export async function aggregateList(db: Db): Promise<Aggregate[]> {
  const rows = await db.selectFrom("compute_aggregates").selectAll().orderBy("id").execute();
  const members = await db
    .selectFrom("compute_aggregate_hosts")
    .innerJoin("compute_hosts", "compute_hosts.id", "compute_aggregate_hosts.host_id")
    .select(["aggregate_id", "compute_hosts.id as id", "hostname"])
    .orderBy("number")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    uuid: row.uuid,
    name: row.name,
    zone: row.availability_zone ?? undefined,
    metadata: JSON.parse(row.metadata) as Record<string, string>,
    hosts: members
      .filter((member) => member.aggregate_id === row.id)
      .map(({ id, hostname }) => ({ id, hostname })),
    createdAt: row.created_at,
    updatedAt: row.updated_at ?? undefined,
  }));
}

/** There are few of them. */
export async function aggregateFind(db: Db, id: number): Promise<Aggregate | undefined> {
  return (await aggregateList(db)).find((aggregate) => aggregate.id === id);
}

/** Answers the small number by which clients name it. */
export async function aggregateInsert(
  tx: Tx,
  aggregate: Pick<Aggregate, "uuid" | "name" | "zone" | "createdAt">,
): Promise<number> {
  const { last } = await tx
    .selectFrom("compute_aggregates")
    .select((row) => row.fn.coalesce(row.fn.max("id"), row.lit(0)).as("last"))
    .executeTakeFirstOrThrow();
  await tx
    .insertInto("compute_aggregates")
    .values({
      id: last + 1,
      uuid: aggregate.uuid,
      name: aggregate.name,
      availability_zone: aggregate.zone ?? null,
      metadata: "{}",
      created_at: aggregate.createdAt,
      updated_at: null,
    })
    .execute();
  return last + 1;
}

/** Writes name, zone and metadata. */
export async function aggregateUpdate(tx: Tx, aggregate: Aggregate): Promise<void> {
  await tx
    .updateTable("compute_aggregates")
    .set({
      name: aggregate.name,
      availability_zone: aggregate.zone ?? null,
      metadata: JSON.stringify(aggregate.metadata),
      updated_at: aggregate.updatedAt ?? null,
    })
    .where("id", "=", aggregate.id)
    .execute();
}

export async function aggregateDelete(tx: Tx, id: number): Promise<void> {
  await tx.deleteFrom("compute_aggregate_hosts").where("aggregate_id", "=", id).execute();
  await tx.deleteFrom("compute_aggregates").where("id", "=", id).execute();
}

export async function aggregateHostInsert(tx: Tx, aggregateId: number, hostId: string): Promise<void> {
  await tx
    .insertInto("compute_aggregate_hosts")
    .values({ aggregate_id: aggregateId, host_id: hostId })
    .execute();
}

/** From one aggregate, or from all when none is named. */
export async function aggregateHostDelete(tx: Tx, hostId: string, aggregateId?: number): Promise<void> {
  const rows = tx.deleteFrom("compute_aggregate_hosts").where("host_id", "=", hostId);
  await (aggregateId === undefined ? rows : rows.where("aggregate_id", "=", aggregateId)).execute();
}
