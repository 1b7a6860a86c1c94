import { newUuid } from "#base/ids.ts";
import { consumerIdParse, consumerNotFound, consumerOwnerRequire } from "../domain/consumer.ts";
import type { ContainerConsumer, ContainerConsumerFacts, ContainerId } from "../domain/container.ts";
import type { Listed, Page } from "../domain/page.ts";
import { containerConsumers } from "../store/consumers.ts";
import { containerFind, containerTouch } from "../store/containers.ts";
import { containerAccess, containerNotFound } from "./container-access.ts";
import { containerInUse, type ContainerInUse } from "./container.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { quotaRequire } from "./quota.ts";
import { projectRequire } from "./secret-access.ts";

export async function containerConsumerList(
  ctx: KeyManagerCtx,
  id: ContainerId,
  page: Page,
): Promise<Listed<ContainerConsumer>> {
  await containerAccess(ctx, id, "container_consumers:get");
  return containerConsumers.list(ctx.deps.database.db, id, page);
}

export async function containerConsumerFetch(
  ctx: KeyManagerCtx,
  id: ContainerId,
  consumerId: string,
): Promise<ContainerConsumer> {
  await containerAccess(ctx, id, "consumer:get");
  const consumer = await containerConsumers.find(ctx.deps.database.db, id, consumerIdParse(consumerId));
  if (!consumer) throw consumerNotFound();
  return consumer;
}

/** Registering the same again changes nothing. */
export async function containerConsumerCreate(
  ctx: KeyManagerCtx,
  id: ContainerId,
  facts: ContainerConsumerFacts,
): Promise<ContainerInUse> {
  const { container } = await containerAccess(ctx, id, "container_consumers:post");
  const projectId = projectRequire(ctx, "container_consumers:post");
  const now = ctx.clock.now();
  const consumer = { ...facts, id: newUuid(), ownerId: id, projectId, createdAt: now, updatedAt: now };
  await ctx.deps.database.transaction(async (tx) => {
    if (!(await containerFind(tx, id))) throw containerNotFound();
    await quotaRequire(tx, projectId, {
      resource: "consumers",
      operation: "ContainerConsumer creation",
      count: (db, project) => containerConsumers.count(db, project),
    });
    if (await containerConsumers.findByFacts(tx, id, facts)) return;
    await containerConsumers.insert(tx, consumer);
    await containerTouch(tx, id, now);
  });
  return containerInUse(ctx, container);
}

export async function containerConsumerDelete(
  ctx: KeyManagerCtx,
  id: ContainerId,
  facts: ContainerConsumerFacts,
): Promise<ContainerInUse> {
  const { container } = await containerAccess(ctx, id, "container_consumers:delete");
  const projectId = projectRequire(ctx, "container_consumers:delete");
  await ctx.deps.database.transaction(async (tx) => {
    const consumer = await containerConsumers.findByFacts(tx, id, facts);
    if (!consumer) throw consumerNotFound();
    consumerOwnerRequire([consumer.projectId, container.projectId], projectId);
    await containerConsumers.delete(tx, consumer.id);
  });
  return containerInUse(ctx, container);
}
