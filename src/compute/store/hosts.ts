import type { Generated, Selectable } from "kysely";
import type { Static } from "typebox";
import type { hostRegister } from "#bus/index.ts";
import type { Db, Tx } from "#db/index.ts";

export type HostFacts = Static<typeof hostRegister.request>;

export interface HostRow {
  id: string;
  /** Small integer by which clients older than 2.53 name hypervisors and services. */
  number: number;
  hostname: string;
  /** HostFacts as JSON. */
  facts: string;
  public_key: string;
  disabled: number;
  disabled_reason: string | null;
  forced_down: Generated<number>;
  seen_at: number;
  created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_hosts: HostRow;
  }
}

export interface Host {
  readonly id: string;
  readonly number: number;
  readonly hostname: string;
  readonly facts: HostFacts;
  readonly publicKey: string;
  readonly disabled: boolean;
  readonly disabledReason: string | null;
  /** An administrator says that it is down, whatever it reports itself. */
  readonly forcedDown: boolean;
  /** The availability zone that an aggregate gives it. */
  readonly zone: string;
  readonly seenAt: number;
}

/** [DEFAULT] default_availability_zone of Nova: that of every host in no other. */
export const defaultZone = "nova";

function fromRow(row: Selectable<HostRow> & { readonly zone: string | null }): Host {
  return {
    id: row.id,
    number: row.number,
    hostname: row.hostname,
    facts: JSON.parse(row.facts) as HostFacts,
    publicKey: row.public_key,
    disabled: row.disabled === 1,
    disabledReason: row.disabled_reason,
    forcedDown: row.forced_down === 1,
    zone: row.zone ?? defaultZone,
    seenAt: row.seen_at,
  };
}

/** A host may be in several aggregates, but only in one zone. */
function hostsWithZone(db: Db) {
  return db
    .selectFrom("compute_hosts")
    .selectAll("compute_hosts")
    .select((host) =>
      host
        .selectFrom("compute_aggregate_hosts")
        .innerJoin("compute_aggregates", "compute_aggregates.id", "compute_aggregate_hosts.aggregate_id")
        .whereRef("compute_aggregate_hosts.host_id", "=", "compute_hosts.id")
        .select(({ fn }) => fn.max("availability_zone").as("zone"))
        .as("zone"),
    );
}

export async function hostFind(db: Db, id: string): Promise<Host | undefined> {
  const row = await hostsWithZone(db).where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function hostList(db: Db): Promise<Host[]> {
  return (await hostsWithZone(db).orderBy("number").execute()).map(fromRow);
}

/** Inserts or updates what the host says of itself; its operator's settings stay. */
export async function hostUpsert(tx: Tx, facts: HostFacts, now: number): Promise<void> {
  const { hostId: id, hostname, publicKey } = facts;
  const known = await hostFind(tx, id);
  const said = { hostname, facts: JSON.stringify(facts), public_key: publicKey, seen_at: now };
  if (known) {
    await tx.updateTable("compute_hosts").set(said).where("id", "=", id).execute();
    return;
  }
  const { number } = await tx
    .selectFrom("compute_hosts")
    .select((row) => row.fn.coalesce(row.fn.max("number"), row.lit(0)).as("number"))
    .executeTakeFirstOrThrow();
  await tx
    .insertInto("compute_hosts")
    .values({ id, number: number + 1, ...said, disabled: 0, disabled_reason: null, created_at: now })
    .execute();
}

export async function hostSeen(tx: Tx, id: string, now: number): Promise<void> {
  await tx.updateTable("compute_hosts").set({ seen_at: now }).where("id", "=", id).execute();
}

/** What its operator sets; undefined leaves. */
export interface HostSetting {
  readonly disabled?: boolean | undefined;
  readonly disabledReason?: string | null | undefined;
  readonly forcedDown?: boolean | undefined;
}

export async function hostSet(tx: Tx, id: string, setting: HostSetting): Promise<void> {
  const { disabled, disabledReason, forcedDown } = setting;
  const changes = {
    ...(disabled === undefined ? {} : { disabled: disabled ? 1 : 0 }),
    ...(disabledReason === undefined ? {} : { disabled_reason: disabledReason }),
    ...(forcedDown === undefined ? {} : { forced_down: forcedDown ? 1 : 0 }),
  };
  if (Object.keys(changes).length === 0) return;
  await tx.updateTable("compute_hosts").set(changes).where("id", "=", id).execute();
}

export async function hostDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("compute_hosts").where("id", "=", id).execute();
}
