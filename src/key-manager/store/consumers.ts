import type { Kysely } from "kysely";
import type { SecretId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { Consumer } from "../domain/consumer.ts";
import type { ContainerConsumerFacts, ContainerId } from "../domain/container.ts";
import type { Listed, Page } from "../domain/page.ts";
import type { SecretConsumerFacts } from "../domain/secret-consumer.ts";

interface ConsumerRow {
  readonly id: string;
  readonly project_id: string;
  readonly created_at: number;
  readonly updated_at: number;
}

declare module "#db/tables.ts" {
  interface Tables {
    key_manager_secret_consumers: ConsumerRow & {
      readonly secret_id: string;
      readonly service: string;
      readonly resource_type: string;
      readonly resource_id: string;
    };
    key_manager_container_consumers: ConsumerRow & {
      readonly container_id: string;
      readonly name: string;
      readonly url: string;
    };
  }
}

/** Those who use a secret or a container. */
export interface ConsumerStore<OwnerId extends string, Facts> {
  /** By what they use; what nobody uses is absent. */
  of(
    db: Db,
    ownerIds: readonly OwnerId[],
  ): Promise<ReadonlyMap<OwnerId, readonly Consumer<OwnerId, Facts>[]>>;
  list(db: Db, ownerId: OwnerId, page: Page): Promise<Listed<Consumer<OwnerId, Facts>>>;
  find(db: Db, ownerId: OwnerId, consumerId: string): Promise<Consumer<OwnerId, Facts> | undefined>;
  findByFacts(db: Db, ownerId: OwnerId, facts: Facts): Promise<Consumer<OwnerId, Facts> | undefined>;
  insert(tx: Tx, consumer: Consumer<OwnerId, Facts>): Promise<void>;
  delete(tx: Tx, consumerId: string): Promise<void>;
  /** Of what that project registered. */
  count(db: Db, projectId: string): Promise<number>;
}

export const secretConsumers = consumerStore<SecretId, SecretConsumerFacts>({
  table: "key_manager_secret_consumers",
  owner: "secret_id",
  facts: { service: "service", resourceType: "resource_type", resourceId: "resource_id" },
  sortBy: "service",
});

export const containerConsumers = consumerStore<ContainerId, ContainerConsumerFacts>({
  table: "key_manager_container_consumers",
  owner: "container_id",
  facts: { name: "name", url: "url" },
  sortBy: "name",
});

type Row = Readonly<Record<string, string | number>>;

/** The two tables differ in the names of their columns alone. */
function consumerStore<
  OwnerId extends string,
  Facts extends { readonly [Field in keyof Facts]: string },
>(at: {
  readonly table: string;
  readonly owner: string;
  /** Field → column. */
  readonly facts: Readonly<Record<keyof Facts & string, string>>;
  readonly sortBy: string;
}): ConsumerStore<OwnerId, Facts> {
  const { table, owner } = at;
  const facts = Object.entries<string>(at.facts) as [keyof Facts & string, string][];
  const any = (db: Db) => db as unknown as Kysely<Record<string, Row>>;
  const all = (db: Db) => any(db).selectFrom(table);
  const sorted = (db: Db) => all(db).orderBy(at.sortBy).orderBy("created_at").orderBy("id");

  function fromRow(row: Row): Consumer<OwnerId, Facts> {
    return {
      ...(Object.fromEntries(facts.map(([field, column]) => [field, row[column]])) as Facts),
      id: row["id"] as string,
      ownerId: row[owner] as OwnerId,
      projectId: row["project_id"] as string,
      createdAt: row["created_at"] as number,
      updatedAt: row["updated_at"] as number,
    };
  }
  async function counted(db: Db, column: string, value: string): Promise<number> {
    const { total } = await all(db)
      .select((select) => select.fn.countAll<number | string | bigint>().as("total"))
      .where(column, "=", value)
      .executeTakeFirstOrThrow();
    return Number(total);
  }
  return {
    async of(db, ownerIds) {
      if (ownerIds.length === 0) return new Map();
      const rows = await sorted(db).selectAll().where(owner, "in", ownerIds).execute();
      return Map.groupBy(rows.map(fromRow), ({ ownerId }) => ownerId);
    },
    async list(db, ownerId, { limit, offset }) {
      const page = sorted(db).selectAll().where(owner, "=", ownerId).limit(limit).offset(offset);
      return { items: (await page.execute()).map(fromRow), total: await counted(db, owner, ownerId) };
    },
    async find(db, ownerId, consumerId) {
      const one = all(db).selectAll().where("id", "=", consumerId).where(owner, "=", ownerId);
      const row = await one.executeTakeFirst();
      return row && fromRow(row);
    },
    async findByFacts(db, ownerId, wanted) {
      let found = all(db).selectAll().where(owner, "=", ownerId);
      for (const [field, column] of facts) found = found.where(column, "=", wanted[field]);
      const row = await found.executeTakeFirst();
      return row && fromRow(row);
    },
    async insert(tx, consumer) {
      const row = {
        ...Object.fromEntries(facts.map(([field, column]) => [column, consumer[field]])),
        id: consumer.id,
        [owner]: consumer.ownerId,
        project_id: consumer.projectId,
        created_at: consumer.createdAt,
        updated_at: consumer.updatedAt,
      };
      await any(tx).insertInto(table).values(row).execute();
    },
    async delete(tx, consumerId) {
      await any(tx).deleteFrom(table).where("id", "=", consumerId).execute();
    },
    count: (db, projectId) => counted(db, "project_id", projectId),
  };
}
