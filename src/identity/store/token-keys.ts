import type { Db, Tx } from "#db/index.ts";

interface TokenKeyRow {
  readonly id: string;
  /** The key's bytes, sealed. */
  readonly key_box: string;
  readonly signs_until: number;
  readonly expires_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    identity_token_keys: TokenKeyRow;
  }
}

/** As its row has it. */
export interface SealedTokenKey {
  readonly id: string;
  readonly box: string;
  readonly signsUntil: number;
  readonly expiresAt: number;
}

/** The newest first. */
export async function tokenKeyList(db: Db): Promise<SealedTokenKey[]> {
  const rows = await db
    .selectFrom("identity_token_keys")
    .selectAll()
    .orderBy("signs_until", "desc")
    .orderBy("id")
    .execute();
  return rows.map(({ id, key_box: box, signs_until: signsUntil, expires_at: expiresAt }) => ({
    id,
    box,
    signsUntil,
    expiresAt,
  }));
}

export async function tokenKeyInsert(tx: Tx, key: SealedTokenKey): Promise<void> {
  await tx
    .insertInto("identity_token_keys")
    .values({ id: key.id, key_box: key.box, signs_until: key.signsUntil, expires_at: key.expiresAt })
    .execute();
}

export async function tokenKeyDeleteExpired(tx: Tx, now: number): Promise<void> {
  await tx.deleteFrom("identity_token_keys").where("expires_at", "<=", now).execute();
}
