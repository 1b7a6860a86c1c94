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
  readonly seenAt: number;
}

function fromRow(row: HostRow): Host {
  return {
    id: row.id,
    number: row.number,
    hostname: row.hostname,
    facts: JSON.parse(row.facts) as HostFacts,
    publicKey: row.public_key,
    disabled: row.disabled === 1,
    disabledReason: row.disabled_reason,
    seenAt: row.seen_at,
  };
}

export async function hostFind(db: Db, id: string): Promise<Host | undefined> {
  const row = await db.selectFrom("compute_hosts").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

export async function hostList(db: Db): Promise<Host[]> {
  const rows = await db.selectFrom("compute_hosts").selectAll().orderBy("number").execute();
  return rows.map(fromRow);
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

export async function hostDisable(
  tx: Tx,
  id: string,
  disabled: boolean,
  reason: string | null,
): Promise<void> {
  await tx
    .updateTable("compute_hosts")
    .set({ disabled: disabled ? 1 : 0, disabled_reason: reason })
    .where("id", "=", id)
    .execute();
}
