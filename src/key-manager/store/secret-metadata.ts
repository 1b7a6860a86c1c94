import type { SecretId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { SecretMetadata } from "../domain/secret-metadata.ts";

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_secret_metadata: {
      readonly secret_id: string;
      readonly key: string;
      readonly value: string;
    };
  }
}

export async function secretMetadataFind(db: Db, secretId: SecretId): Promise<SecretMetadata> {
  const rows = await db
    .selectFrom("key_manager_secret_metadata")
    .select(["key", "value"])
    .where("secret_id", "=", secretId)
    .orderBy("key")
    .execute();
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}

export async function secretMetadataReplace(
  tx: Tx,
  secretId: SecretId,
  metadata: SecretMetadata,
): Promise<void> {
  await tx.deleteFrom("key_manager_secret_metadata").where("secret_id", "=", secretId).execute();
  for (const [key, value] of Object.entries(metadata)) await insert(tx, secretId, key, value);
}

/** False when the key is there already. */
export async function secretMetadatumInsert(
  tx: Tx,
  secretId: SecretId,
  key: string,
  value: string,
): Promise<boolean> {
  if (key in (await secretMetadataFind(tx, secretId))) return false;
  await insert(tx, secretId, key, value);
  return true;
}

/** False when there is no such key. */
export async function secretMetadatumUpdate(
  tx: Tx,
  secretId: SecretId,
  key: string,
  value: string,
): Promise<boolean> {
  const result = await tx
    .updateTable("key_manager_secret_metadata")
    .set({ value })
    .where("secret_id", "=", secretId)
    .where("key", "=", key)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function secretMetadatumDelete(tx: Tx, secretId: SecretId, key: string): Promise<void> {
  await tx
    .deleteFrom("key_manager_secret_metadata")
    .where("secret_id", "=", secretId)
    .where("key", "=", key)
    .execute();
}

async function insert(tx: Tx, secretId: SecretId, key: string, value: string): Promise<void> {
  await tx.insertInto("key_manager_secret_metadata").values({ secret_id: secretId, key, value }).execute();
}
