import type { Db, Tx } from "#db/index.ts";
import type { ContainerConsumer, ContainerConsumerFacts, ContainerId } from "../domain/container.ts";
import type { Listed, Page } from "../domain/page.ts";

interface ConsumerRow {
  readonly id: string;
  readonly container_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly url: string;
  readonly created_at: number;
  readonly updated_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_container_consumers: ConsumerRow;
  }
}

/** By container; those without consumers are absent. */
export async function containerConsumersOf(
  db: Db,
  containerIds: readonly ContainerId[],
): Promise<ReadonlyMap<ContainerId, readonly ContainerConsumer[]>> {
  if (containerIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("key_manager_container_consumers")
    .selectAll()
    .where("container_id", "in", containerIds)
    .orderBy("name")
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  return Map.groupBy(rows.map(fromRow), ({ containerId }) => containerId);
}

export async function containerConsumerList(
  db: Db,
  containerId: ContainerId,
  page: Page,
): Promise<Listed<ContainerConsumer>> {
  const matching = db.selectFrom("key_manager_container_consumers").where("container_id", "=", containerId);
  const { total } = await matching
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .executeTakeFirstOrThrow();
  const rows = await matching
    .selectAll()
    .orderBy("name")
    .orderBy("created_at")
    .orderBy("id")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return { items: rows.map(fromRow), total: Number(total) };
}

export async function containerConsumerFind(
  db: Db,
  containerId: ContainerId,
  consumerId: string,
): Promise<ContainerConsumer | undefined> {
  const row = await db
    .selectFrom("key_manager_container_consumers")
    .selectAll()
    .where("id", "=", consumerId)
    .where("container_id", "=", containerId)
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function containerConsumerFindByFacts(
  db: Db,
  containerId: ContainerId,
  facts: ContainerConsumerFacts,
): Promise<ContainerConsumer | undefined> {
  const row = await db
    .selectFrom("key_manager_container_consumers")
    .selectAll()
    .where("container_id", "=", containerId)
    .where("name", "=", facts.name)
    .where("url", "=", facts.url)
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function containerConsumerInsert(tx: Tx, consumer: ContainerConsumer): Promise<void> {
  await tx
    .insertInto("key_manager_container_consumers")
    .values({
      id: consumer.id,
      container_id: consumer.containerId,
      project_id: consumer.projectId,
      name: consumer.name,
      url: consumer.url,
      created_at: consumer.createdAt,
      updated_at: consumer.updatedAt,
    })
    .execute();
}

export async function containerConsumerDelete(tx: Tx, consumerId: string): Promise<void> {
  await tx.deleteFrom("key_manager_container_consumers").where("id", "=", consumerId).execute();
}

export async function containerConsumerCount(db: Db, projectId: string): Promise<number> {
  const { total } = await db
    .selectFrom("key_manager_container_consumers")
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .where("project_id", "=", projectId)
    .executeTakeFirstOrThrow();
  return Number(total);
}

function fromRow(row: ConsumerRow): ContainerConsumer {
  return {
    id: row.id,
    containerId: row.container_id as ContainerId,
    projectId: row.project_id,
    name: row.name,
    url: row.url,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
