import type { SecretId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";

interface PassphraseOrphanRow {
  /** The secret's id where it is known, else the image's or the server's. */
  id: string;
  server_id: string;
  image_id: string | null;
  secret_id: string | null;
  project_id: string;
  user_id: string;
  reason: string;
  created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_passphrase_orphans: PassphraseOrphanRow;
  }
}

/** A passphrase in an external key manager whose server, or image, is no more. */
export interface PassphraseOrphan {
  readonly serverId: string;
  /** Undefined: it is of the server's own TPM. */
  readonly imageId: string | undefined;
  /** Undefined: whether there is one is not known; its name tells. */
  readonly secretId: SecretId | undefined;
  /** Whose it is. */
  readonly projectId: string;
  readonly userId: string;
  /** Why it is still there. */
  readonly reason: string;
  readonly createdAt: number;
}

/** What is known of it already stays, but for the reason. */
export async function passphraseOrphanInsert(tx: Tx, orphan: PassphraseOrphan): Promise<void> {
  const { secretId, serverId, imageId, projectId, userId, reason, createdAt } = orphan;
  await tx
    .insertInto("compute_passphrase_orphans")
    .values({
      id: passphraseOrphanId(orphan),
      server_id: serverId,
      image_id: imageId ?? null,
      secret_id: secretId ?? null,
      project_id: projectId,
      user_id: userId,
      reason,
      created_at: createdAt,
    })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ reason }))
    .execute();
}

export async function passphraseOrphanDelete(tx: Tx, orphan: PassphraseOrphan): Promise<void> {
  await tx.deleteFrom("compute_passphrase_orphans").where("id", "=", passphraseOrphanId(orphan)).execute();
}

export function passphraseOrphanId({
  secretId,
  imageId,
  serverId,
}: Pick<PassphraseOrphan, "secretId" | "imageId" | "serverId">): string {
  return secretId ?? imageId ?? serverId;
}

/** The oldest first. */
export async function passphraseOrphanList(
  db: Db,
  filter: { readonly projectId?: string; readonly limit: number; readonly offset?: number },
): Promise<PassphraseOrphan[]> {
  const all = db.selectFrom("compute_passphrase_orphans").selectAll();
  const { projectId, limit, offset = 0 } = filter;
  const rows = await (projectId === undefined ? all : all.where("project_id", "=", projectId))
    .orderBy("created_at")
    .orderBy("id")
    .limit(limit)
    .offset(offset)
    .execute();
  return rows.map((row) => ({
    serverId: row.server_id,
    imageId: row.image_id ?? undefined,
    secretId: (row.secret_id ?? undefined) as SecretId | undefined,
    projectId: row.project_id,
    userId: row.user_id,
    reason: row.reason,
    createdAt: row.created_at,
  }));
}
