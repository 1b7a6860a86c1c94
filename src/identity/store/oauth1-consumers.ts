import type { Db, Tx } from "#db/index.ts";
import type { Consumer } from "../domain/oauth1.ts";
import type { Extra } from "../domain/resources.ts";

interface ConsumerRow {
  id: string;
  description: string | null;
  secret_box: string;
  /** JSON object. */
  extra: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_oauth1_consumers: ConsumerRow;
  }
}

export async function consumerFind(db: Db, id: string): Promise<Consumer | undefined> {
  const row = await db
    .selectFrom("identity_oauth1_consumers")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function consumerList(db: Db): Promise<Consumer[]> {
  const rows = await db.selectFrom("identity_oauth1_consumers").selectAll().orderBy("id").execute();
  return rows.map(fromRow);
}

export async function consumerInsert(tx: Tx, consumer: Consumer): Promise<void> {
  await tx.insertInto("identity_oauth1_consumers").values(toRow(consumer)).execute();
}

export async function consumerUpdate(tx: Tx, consumer: Consumer): Promise<void> {
  const { id, ...changed } = toRow(consumer);
  await tx.updateTable("identity_oauth1_consumers").set(changed).where("id", "=", id).execute();
}

/** With its tokens. */
export async function consumerDelete(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom("identity_oauth1_consumers").where("id", "=", id).execute();
}

function fromRow(row: ConsumerRow): Consumer {
  return {
    id: row.id,
    description: row.description ?? undefined,
    secretBox: row.secret_box,
    extra: JSON.parse(row.extra) as Extra,
  };
}

function toRow(consumer: Consumer): ConsumerRow {
  return {
    id: consumer.id,
    description: consumer.description ?? null,
    secret_box: consumer.secretBox,
    extra: JSON.stringify(consumer.extra),
  };
}
