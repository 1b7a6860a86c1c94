import type { Db, Tx } from "#db/index.ts";

export interface KeypairRow {
  user_id: string;
  name: string;
  type: string;
  fingerprint: string;
  public_key: string;
  created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_keypairs: KeypairRow;
  }
}

export type Keypair = Readonly<KeypairRow>;

export async function keypairFind(db: Db, userId: string, name: string): Promise<Keypair | undefined> {
  return db
    .selectFrom("compute_keypairs")
    .selectAll()
    .where("user_id", "=", userId)
    .where("name", "=", name)
    .executeTakeFirst();
}

export async function keypairList(db: Db, userId: string): Promise<Keypair[]> {
  return db
    .selectFrom("compute_keypairs")
    .selectAll()
    .where("user_id", "=", userId)
    .orderBy("name")
    .execute();
}

export async function keypairInsert(tx: Tx, keypair: Keypair): Promise<void> {
  await tx.insertInto("compute_keypairs").values(keypair).execute();
}

export async function keypairDelete(tx: Tx, userId: string, name: string): Promise<void> {
  await tx.deleteFrom("compute_keypairs").where("user_id", "=", userId).where("name", "=", name).execute();
}
