import type { SecretId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { ContainedSecret, Container, ContainerId, ContainerType } from "../domain/container.ts";
import type { Listed, Page } from "../domain/page.ts";

interface ContainerRow {
  readonly id: string;
  readonly project_id: string;
  readonly creator_id: string;
  readonly name: string | null;
  readonly type: string;
  readonly created_at: number;
  readonly updated_at: number;
}

interface ContainedRow {
  readonly container_id: string;
  readonly position: number;
  readonly name: string | null;
  readonly secret_id: string;
}

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_containers: ContainerRow;
    key_manager_container_secrets: ContainedRow;
  }
}

export async function containerFind(db: Db, id: ContainerId): Promise<Container | undefined> {
  const row = await db
    .selectFrom("key_manager_containers")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && (await withSecrets(db, [row]))[0];
}

export interface ContainerQuery extends Page {
  readonly name: string | undefined;
  readonly type: string | undefined;
}

export async function containerList(
  db: Db,
  projectId: string,
  query: ContainerQuery,
): Promise<Listed<Container>> {
  let matching = db.selectFrom("key_manager_containers").where("project_id", "=", projectId);
  if (query.name !== undefined) matching = matching.where("name", "=", query.name);
  if (query.type !== undefined) matching = matching.where("type", "=", query.type);
  const { total } = await matching
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .executeTakeFirstOrThrow();
  const rows = await matching
    .selectAll()
    .orderBy("created_at")
    .orderBy("id")
    .limit(query.limit)
    .offset(query.offset)
    .execute();
  return { items: await withSecrets(db, rows), total: Number(total) };
}

export async function containerCount(db: Db, projectId: string): Promise<number> {
  const { total } = await db
    .selectFrom("key_manager_containers")
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .where("project_id", "=", projectId)
    .executeTakeFirstOrThrow();
  return Number(total);
}

export async function containerInsert(tx: Tx, container: Container): Promise<void> {
  await tx
    .insertInto("key_manager_containers")
    .values({
      id: container.id,
      project_id: container.projectId,
      creator_id: container.creatorId,
      name: container.name ?? null,
      type: container.type,
      created_at: container.createdAt,
      updated_at: container.updatedAt,
    })
    .execute();
  for (const [position, secret] of container.secrets.entries())
    await insertSecret(tx, container.id, position, secret);
}

/** False when there was nothing to delete. What it names stays. */
export async function containerDelete(tx: Tx, id: ContainerId): Promise<boolean> {
  const result = await tx.deleteFrom("key_manager_containers").where("id", "=", id).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Behind those that are there. */
export async function containerSecretInsert(tx: Tx, id: ContainerId, secret: ContainedSecret): Promise<void> {
  const last = await tx
    .selectFrom("key_manager_container_secrets")
    .select("position")
    .where("container_id", "=", id)
    .orderBy("position", "desc")
    .limit(1)
    .executeTakeFirst();
  await insertSecret(tx, id, (last?.position ?? -1) + 1, secret);
}

/** False when it was not there. */
export async function containerSecretDelete(
  tx: Tx,
  id: ContainerId,
  secret: ContainedSecret,
): Promise<boolean> {
  const result = await tx
    .deleteFrom("key_manager_container_secrets")
    .where("container_id", "=", id)
    .where("secret_id", "=", secret.secretId)
    .where("name", secret.name === undefined ? "is" : "=", secret.name ?? null)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function containerTouch(tx: Tx, id: ContainerId, now: number): Promise<void> {
  await tx.updateTable("key_manager_containers").set({ updated_at: now }).where("id", "=", id).execute();
}

async function insertSecret(
  tx: Tx,
  id: ContainerId,
  position: number,
  { name, secretId }: ContainedSecret,
): Promise<void> {
  await tx
    .insertInto("key_manager_container_secrets")
    .values({ container_id: id, position, name: name ?? null, secret_id: secretId })
    .execute();
}

async function withSecrets(db: Db, rows: readonly ContainerRow[]): Promise<Container[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const contained = await db
    .selectFrom("key_manager_container_secrets")
    .selectAll()
    .where("container_id", "in", ids)
    .orderBy("position")
    .execute();
  const secrets = Map.groupBy(contained, ({ container_id: id }) => id);
  return rows.map((row) => fromRow(row, secrets.get(row.id) ?? []));
}

function fromRow(row: ContainerRow, secrets: readonly ContainedRow[]): Container {
  return {
    id: row.id as ContainerId,
    projectId: row.project_id,
    creatorId: row.creator_id,
    name: row.name ?? undefined,
    type: row.type as ContainerType,
    secrets: secrets.map(({ name, secret_id: secretId }) => ({
      name: name ?? undefined,
      secretId: secretId as SecretId,
    })),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
