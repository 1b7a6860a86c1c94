import type { ExpressionBuilder } from "kysely";
import type { SecretId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { Tables } from "#db/tables.ts";
import type { Listed, Page } from "../domain/page.ts";
import type { Rotation, RotationStatus } from "../domain/rotation.ts";
import type { SealedPayload } from "../domain/secret.ts";

interface RotationRow {
  readonly id: string;
  readonly project_id: string;
  readonly key_id: string;
  readonly generation: number;
  readonly status: string;
  readonly total: number;
  readonly created_at: number;
  readonly updated_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_rotations: RotationRow;
  }
}

export async function rotationInsert(tx: Tx, rotation: Rotation): Promise<void> {
  await tx
    .insertInto("key_manager_rotations")
    .values({
      id: rotation.id,
      project_id: rotation.projectId,
      key_id: rotation.keyId,
      generation: rotation.generation,
      status: rotation.status,
      total: rotation.total,
      created_at: rotation.createdAt,
      updated_at: rotation.updatedAt,
    })
    .execute();
}

/** The one that still has payloads to move, or keys to retire. */
export async function rotationFindOpen(db: Db, projectId: string): Promise<Rotation | undefined> {
  const row = await db
    .selectFrom("key_manager_rotations")
    .selectAll()
    .where("project_id", "=", projectId)
    .where("status", "!=", "DONE")
    .executeTakeFirst();
  return row && fromRow(row);
}

/** What there is to do now: payloads to move first, then keys of rotations that began at `retirableSince` or before. */
export async function rotationsToWork(db: Db, retirableSince: number): Promise<Rotation[]> {
  const rows = await db
    .selectFrom("key_manager_rotations")
    .selectAll()
    .where((where) =>
      where.or([
        where("status", "=", "RESEALING"),
        where.and([where("status", "=", "RETIRING"), where("created_at", "<=", retirableSince)]),
      ]),
    )
    .orderBy("status")
    .orderBy("created_at")
    .orderBy("id")
    .limit(100)
    .execute();
  return rows.map(fromRow);
}

export async function rotationList(db: Db, page: Page): Promise<Listed<Rotation>> {
  const { total } = await db
    .selectFrom("key_manager_rotations")
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom("key_manager_rotations")
    .selectAll()
    .orderBy("created_at", "desc")
    .orderBy("id")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return { items: rows.map(fromRow), total: Number(total) };
}

export async function rotationUpdateStatus(
  tx: Tx,
  id: string,
  status: RotationStatus,
  now: number,
): Promise<void> {
  await tx
    .updateTable("key_manager_rotations")
    .set({ status, updated_at: now })
    .where("id", "=", id)
    .execute();
}

export interface StoredPayload {
  readonly secretId: SecretId;
  readonly payload: SealedPayload;
}

/** Some of the project's payloads that another key than `keyId` sealed: by the index of keys, for most may have been moved. */
export async function payloadsUnderOtherKeys(
  db: Db,
  projectId: string,
  keyId: string,
  limit: number,
): Promise<StoredPayload[]> {
  const rows = await db
    .selectFrom("key_manager_secrets")
    .select(["id", "project_key_id", "sealed_payload"])
    .where("project_key_id", "in", otherKeys(db, projectId, keyId))
    .limit(limit)
    .execute();
  return rows.flatMap(({ id, project_key_id: projectKeyId, sealed_payload: sealed }) =>
    projectKeyId === null || sealed === null
      ? []
      : [{ secretId: id as SecretId, payload: { projectKeyId, sealed } }],
  );
}

export async function payloadsUnderOtherKeysCount(db: Db, projectId: string, keyId: string): Promise<number> {
  const { total } = await db
    .selectFrom("key_manager_secrets")
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .where("project_key_id", "in", otherKeys(db, projectId, keyId))
    .executeTakeFirstOrThrow();
  return Number(total);
}

function otherKeys(db: Db, projectId: string, keyId: string) {
  return db
    .selectFrom("key_manager_project_keys")
    .select("id")
    .where("project_id", "=", projectId)
    .where("id", "!=", keyId);
}

/** Does nothing when the secret is gone, or has no longer the payload that was read. */
export async function payloadReplace(tx: Tx, read: StoredPayload, resealed: SealedPayload): Promise<void> {
  await tx
    .updateTable("key_manager_secrets")
    .set({ project_key_id: resealed.projectKeyId, sealed_payload: resealed.sealed })
    .where("id", "=", read.secretId)
    .where("project_key_id", "=", read.payload.projectKeyId)
    .where("sealed_payload", "=", read.payload.sealed)
    .execute();
}

/** Deletes the project's keys before `generation` that seal nothing; the number of those that still do. */
export async function projectKeysRetire(tx: Tx, projectId: string, generation: number): Promise<number> {
  const older = tx
    .selectFrom("key_manager_project_keys")
    .select("id")
    .where("project_id", "=", projectId)
    .where("generation", "<", generation);
  await tx
    .deleteFrom("key_manager_project_keys")
    .where("id", "in", older)
    .where((where) => where.not(where.exists(sealedWith(where, "key_manager_secrets"))))
    .where((where) => where.not(where.exists(sealedWith(where, "key_manager_orders"))))
    .execute();
  return (await older.execute()).length;
}

/** The rows of the table that the key at hand has sealed. */
function sealedWith(
  where: ExpressionBuilder<Tables, "key_manager_project_keys">,
  table: "key_manager_secrets" | "key_manager_orders",
) {
  return where
    .selectFrom(table)
    .select(`${table}.id`)
    .whereRef(`${table}.project_key_id`, "=", "key_manager_project_keys.id");
}

function fromRow(row: RotationRow): Rotation {
  return {
    id: row.id,
    projectId: row.project_id,
    keyId: row.key_id,
    generation: row.generation,
    status: row.status as RotationStatus,
    total: row.total,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
