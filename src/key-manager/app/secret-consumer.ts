import { newUuid, type SecretId } from "#base/ids.ts";
import { consumerIdParse, consumerNotFound, consumerOwnerRequire } from "../domain/consumer.ts";
import type { Listed, Page } from "../domain/page.ts";
import type { SecretConsumer, SecretConsumerFacts } from "../domain/secret-consumer.ts";
import type { Secret } from "../domain/secret.ts";
import { secretConsumers } from "../store/consumers.ts";
import { secretFind } from "../store/secrets.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { quotaRequire } from "./quota.ts";
import { projectRequire, secretAccess, secretNotFound } from "./secret-access.ts";

export interface SecretInUse {
  readonly secret: Secret;
  readonly consumers: readonly SecretConsumer[];
}

/** The secrets with those who use them, in the order of `secrets`. */
export async function secretsWithConsumers(
  ctx: KeyManagerCtx,
  secrets: readonly Secret[],
): Promise<SecretInUse[]> {
  const found = await secretConsumers.of(
    ctx.deps.database.db,
    secrets.map(({ id }) => id),
  );
  return secrets.map((secret) => ({ secret, consumers: found.get(secret.id) ?? [] }));
}

export async function secretConsumerList(
  ctx: KeyManagerCtx,
  id: SecretId,
  page: Page,
): Promise<Listed<SecretConsumer>> {
  await secretAccess(ctx, id, "secret_consumers:get");
  return secretConsumers.list(ctx.deps.database.db, id, page);
}

export async function secretConsumerFetch(
  ctx: KeyManagerCtx,
  id: SecretId,
  consumerId: string,
): Promise<SecretConsumer> {
  await secretAccess(ctx, id, "consumer:get");
  const consumer = await secretConsumers.find(ctx.deps.database.db, id, consumerIdParse(consumerId));
  if (!consumer) throw consumerNotFound();
  return consumer;
}

/** Registering the same again changes nothing. */
export async function secretConsumerCreate(
  ctx: KeyManagerCtx,
  id: SecretId,
  facts: SecretConsumerFacts,
): Promise<SecretInUse> {
  const { secret } = await secretAccess(ctx, id, "secret_consumers:post");
  const projectId = projectRequire(ctx, "secret_consumers:post");
  const now = ctx.clock.now();
  const consumer = { ...facts, id: newUuid(), ownerId: id, projectId, createdAt: now, updatedAt: now };
  await ctx.deps.database.transaction(async (tx) => {
    if (!(await secretFind(tx, id, now))) throw secretNotFound();
    await quotaRequire(tx, projectId, {
      resource: "consumers",
      operation: "SecretConsumer creation",
      count: (db, project) => secretConsumers.count(db, project),
    });
    if (!(await secretConsumers.findByFacts(tx, id, facts))) await secretConsumers.insert(tx, consumer);
  });
  return inUse(ctx, secret);
}

export async function secretConsumerDelete(
  ctx: KeyManagerCtx,
  id: SecretId,
  facts: SecretConsumerFacts,
): Promise<SecretInUse> {
  const { secret } = await secretAccess(ctx, id, "secret_consumers:delete");
  const projectId = projectRequire(ctx, "secret_consumers:delete");
  await ctx.deps.database.transaction(async (tx) => {
    const consumer = await secretConsumers.findByFacts(tx, id, facts);
    if (!consumer) throw consumerNotFound();
    consumerOwnerRequire([consumer.projectId, secret.projectId], projectId);
    await secretConsumers.delete(tx, consumer.id);
  });
  return inUse(ctx, secret);
}

async function inUse(ctx: KeyManagerCtx, secret: Secret): Promise<SecretInUse> {
  const found = await secretConsumers.of(ctx.deps.database.db, [secret.id]);
  return { secret, consumers: found.get(secret.id) ?? [] };
}
