import type { Db, Tx } from "#db/index.ts";
import {
  endedMigrationStatuses,
  type ServerMigration,
  type ServerMigrationStatus,
} from "../domain/server-migration.ts";

interface ServerMigrationRow {
  /** Nova's clients know migrations by a number. */
  id: number;
  uuid: string;
  server_id: string;
  project_id: string;
  user_id: string;
  type: "resize";
  status: ServerMigrationStatus;
  source_host_id: string;
  dest_host_id: string | null;
  /** ServerBefore and ServerAfter as JSON. */
  old: string;
  new: string;
  /** Of a TPM that is put aside: its endorsement keys as JSON. */
  parked_keys: string | null;
  created_at: number;
  updated_at: number | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    compute_server_migrations: ServerMigrationRow;
  }
}

function fromRow(row: ServerMigrationRow): ServerMigration {
  return {
    id: row.id,
    uuid: row.uuid,
    serverId: row.server_id,
    projectId: row.project_id,
    userId: row.user_id,
    type: row.type,
    status: row.status,
    sourceHostId: row.source_host_id,
    destHostId: row.dest_host_id ?? undefined,
    old: JSON.parse(row.old) as ServerMigration["old"],
    new: JSON.parse(row.new) as ServerMigration["new"],
    createdAt: row.created_at,
    updatedAt: row.updated_at ?? undefined,
  };
}

/** Answers the number that it gave it. */
export async function serverMigrationInsert(
  tx: Tx,
  migration: Omit<ServerMigration, "id" | "updatedAt">,
): Promise<number> {
  const { highest } = await tx
    .selectFrom("compute_server_migrations")
    .select(({ fn }) => fn.max("id").as("highest"))
    .executeTakeFirstOrThrow();
  const id = (highest ?? 0) + 1;
  await tx
    .insertInto("compute_server_migrations")
    .values({
      id,
      uuid: migration.uuid,
      server_id: migration.serverId,
      project_id: migration.projectId,
      user_id: migration.userId,
      type: migration.type,
      status: migration.status,
      source_host_id: migration.sourceHostId,
      dest_host_id: migration.destHostId ?? null,
      old: JSON.stringify(migration.old),
      new: JSON.stringify(migration.new),
      parked_keys: null,
      created_at: migration.createdAt,
      updated_at: null,
    })
    .execute();
  return id;
}

export async function serverMigrationFind(db: Db, id: number): Promise<ServerMigration | undefined> {
  const row = await db
    .selectFrom("compute_server_migrations")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** The one of the server that is neither confirmed nor reverted; there is one at most. */
export async function serverMigrationFindOpen(
  db: Db,
  serverId: string,
): Promise<ServerMigration | undefined> {
  const row = await db
    .selectFrom("compute_server_migrations")
    .selectAll()
    .where("server_id", "=", serverId)
    .where("status", "not in", endedMigrationStatuses)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Finished, and neither confirmed nor reverted since `before`. */
export async function serverMigrationListUnconfirmed(db: Db, before: number): Promise<ServerMigration[]> {
  const rows = await db
    .selectFrom("compute_server_migrations")
    .selectAll()
    .where("status", "in", ["finished", "confirming"])
    .where("updated_at", "<=", before)
    .orderBy("id")
    .execute();
  return rows.map(fromRow);
}

/** Newest first, as Nova lists them (created_at desc, id desc). */
export async function serverMigrationList(db: Db): Promise<ServerMigration[]> {
  const rows = await db
    .selectFrom("compute_server_migrations")
    .selectAll()
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .execute();
  return rows.map(fromRow);
}

export async function serverMigrationSet(
  tx: Tx,
  id: number,
  status: ServerMigrationStatus,
  now: number,
): Promise<void> {
  await tx
    .updateTable("compute_server_migrations")
    .set({ status, updated_at: now })
    .where("id", "=", id)
    .execute();
}
