import type { SecretId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { Listed, Page } from "../domain/page.ts";
import type { SecretConsumer, SecretConsumerFacts } from "../domain/secret-consumer.ts";

interface ConsumerRow {
  readonly id: string;
  readonly secret_id: string;
  readonly project_id: string;
  readonly service: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly created_at: number;
  readonly updated_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_secret_consumers: ConsumerRow;
  }
}

/** By secret; those without consumers are absent. */
export async function secretConsumersOf(
  db: Db,
  secretIds: readonly SecretId[],
): Promise<ReadonlyMap<SecretId, readonly SecretConsumer[]>> {
  if (secretIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("key_manager_secret_consumers")
    .selectAll()
    .where("secret_id", "in", secretIds)
    .orderBy("service")
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  return Map.groupBy(rows.map(fromRow), ({ secretId }) => secretId);
}

export async function secretConsumerList(
  db: Db,
  secretId: SecretId,
  page: Page,
): Promise<Listed<SecretConsumer>> {
  const matching = db.selectFrom("key_manager_secret_consumers").where("secret_id", "=", secretId);
  const { total } = await matching
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .executeTakeFirstOrThrow();
  const rows = await matching
    .selectAll()
    .orderBy("service")
    .orderBy("created_at")
    .orderBy("id")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return { items: rows.map(fromRow), total: Number(total) };
}

export async function secretConsumerFind(
  db: Db,
  secretId: SecretId,
  consumerId: string,
): Promise<SecretConsumer | undefined> {
  const row = await db
    .selectFrom("key_manager_secret_consumers")
    .selectAll()
    .where("id", "=", consumerId)
    .where("secret_id", "=", secretId)
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function secretConsumerFindByFacts(
  db: Db,
  secretId: SecretId,
  facts: SecretConsumerFacts,
): Promise<SecretConsumer | undefined> {
  const row = await db
    .selectFrom("key_manager_secret_consumers")
    .selectAll()
    .where("secret_id", "=", secretId)
    .where("service", "=", facts.service)
    .where("resource_type", "=", facts.resourceType)
    .where("resource_id", "=", facts.resourceId)
    .executeTakeFirst();
  return row && fromRow(row);
}

export async function secretConsumerInsert(tx: Tx, consumer: SecretConsumer): Promise<void> {
  await tx
    .insertInto("key_manager_secret_consumers")
    .values({
      id: consumer.id,
      secret_id: consumer.secretId,
      project_id: consumer.projectId,
      service: consumer.service,
      resource_type: consumer.resourceType,
      resource_id: consumer.resourceId,
      created_at: consumer.createdAt,
      updated_at: consumer.updatedAt,
    })
    .execute();
}

export async function secretConsumerDelete(tx: Tx, consumerId: string): Promise<void> {
  await tx.deleteFrom("key_manager_secret_consumers").where("id", "=", consumerId).execute();
}

export async function secretConsumerCount(db: Db, projectId: string): Promise<number> {
  const { total } = await db
    .selectFrom("key_manager_secret_consumers")
    .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
    .where("project_id", "=", projectId)
    .executeTakeFirstOrThrow();
  return Number(total);
}

function fromRow(row: ConsumerRow): SecretConsumer {
  return {
    id: row.id,
    secretId: row.secret_id as SecretId,
    projectId: row.project_id,
    service: row.service,
    resourceType: row.resource_type,
    resourceId: row.resource_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
