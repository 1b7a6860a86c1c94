import type { Static } from "typebox";
import type { SecretId } from "#base/ids.ts";
import type { commands } from "#bus/index.ts";
import type { Db, Tx } from "#db/index.ts";
import type { TpmVersion } from "#vtpm/index.ts";

interface ImageTpmRow {
  image_id: string;
  /** Whose TPM it is a copy of. */
  server_id: string;
  /** Who made the image, and to whom its passphrase belongs. */
  user_id: string;
  project_id: string;
  version: TpmVersion;
  /** The key manager's. */
  secret_id: string;
  /** `TpmContent` as JSON; null before it is copied. */
  content: string | null;
  created_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_image_tpms: ImageTpmRow;
  }
}

/** A TPM as swtpm encrypted it, with its certificates. */
export type TpmContent = Static<typeof commands.tpmCopy.reply>;

/** The TPM of an image: its state is encrypted with a passphrase of its own. */
export interface ImageTpm {
  readonly imageId: string;
  readonly serverId: string;
  readonly userId: string;
  readonly projectId: string;
  readonly version: TpmVersion;
  readonly secretId: SecretId;
  readonly content: TpmContent | undefined;
  readonly createdAt: number;
}

function fromRow(row: ImageTpmRow): ImageTpm {
  return {
    imageId: row.image_id,
    serverId: row.server_id,
    userId: row.user_id,
    projectId: row.project_id,
    version: row.version,
    secretId: row.secret_id as SecretId,
    content: row.content === null ? undefined : (JSON.parse(row.content) as TpmContent),
    createdAt: row.created_at,
  };
}

/** With the image; what it carries is copied later. */
export async function imageTpmInsert(tx: Tx, tpm: Omit<ImageTpm, "content">): Promise<void> {
  await tx
    .insertInto("compute_image_tpms")
    .values({
      image_id: tpm.imageId,
      server_id: tpm.serverId,
      user_id: tpm.userId,
      project_id: tpm.projectId,
      version: tpm.version,
      secret_id: tpm.secretId,
      content: null,
      created_at: tpm.createdAt,
    })
    .execute();
}

export async function imageTpmSet(tx: Tx, imageId: string, content: TpmContent): Promise<void> {
  await tx
    .updateTable("compute_image_tpms")
    .set({ content: JSON.stringify(content) })
    .where("image_id", "=", imageId)
    .execute();
}

export async function imageTpmFind(db: Db, imageId: string): Promise<ImageTpm | undefined> {
  const row = await db
    .selectFrom("compute_image_tpms")
    .selectAll()
    .where("image_id", "=", imageId)
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function imageTpmList(db: Db): Promise<ImageTpm[]> {
  return (await db.selectFrom("compute_image_tpms").selectAll().execute()).map(fromRow);
}

export async function imageTpmDelete(tx: Tx, imageId: string): Promise<void> {
  await tx.deleteFrom("compute_image_tpms").where("image_id", "=", imageId).execute();
}
