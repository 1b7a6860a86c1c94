import { CloudError } from "#base/errors.ts";
import { newUuid, type SecretId } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import {
  containedSecretsCheck,
  type ContainedSecret,
  type Container,
  type ContainerConsumer,
  type ContainerId,
  type ContainerType,
} from "../domain/container.ts";
import type { Listed } from "../domain/page.ts";
import { containerConsumers } from "../store/consumers.ts";
import {
  containerCount,
  containerDelete as containerDeleteRow,
  containerInsert,
  containerList as containerListRows,
  type ContainerQuery,
} from "../store/containers.ts";
import { secretFind } from "../store/secrets.ts";
import { containerAccess, containerNotFound } from "./container-access.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { quotaRequire } from "./quota.ts";
import { projectRequire } from "./secret-access.ts";

export interface ContainerInUse {
  readonly container: Container;
  readonly consumers: readonly ContainerConsumer[];
}

export interface ContainerCreateInput {
  readonly name: string | undefined;
  readonly type: ContainerType;
  readonly secrets: readonly ContainedSecret[];
}

export async function containerCreate(ctx: KeyManagerCtx, input: ContainerCreateInput): Promise<ContainerId> {
  const projectId = projectRequire(ctx, "containers:post");
  containedSecretsCheck(input.type, input.secrets);
  const now = ctx.clock.now();
  const id = newUuid<ContainerId>();
  const creatorId = ctx.caller.userId;
  await ctx.deps.database.transaction(async (tx) => {
    await quotaRequire(tx, projectId, {
      resource: "containers",
      operation: "Container creation",
      count: containerCount,
    });
    for (const { secretId, name } of input.secrets) {
      if (await isOwnSecret(tx, secretId, projectId, now)) continue;
      throw new CloudError("not-found", `Secret provided for '${name ?? ""}' doesn't exist.`);
    }
    await containerInsert(tx, { ...input, id, projectId, creatorId, createdAt: now, updatedAt: now });
  });
  return id;
}

export async function containerFetch(ctx: KeyManagerCtx, id: ContainerId): Promise<ContainerInUse> {
  const { container } = await containerAccess(ctx, id, "container:get");
  return containerInUse(ctx, container);
}

export async function containerList(
  ctx: KeyManagerCtx,
  query: ContainerQuery,
): Promise<Listed<ContainerInUse>> {
  const projectId = projectRequire(ctx, "containers:get");
  const { db } = ctx.deps.database;
  const { items, total } = await containerListRows(db, projectId, query);
  const consumers = await containerConsumers.of(
    db,
    items.map(({ id }) => id),
  );
  return {
    items: items.map((container) => ({ container, consumers: consumers.get(container.id) ?? [] })),
    total,
  };
}

/** Its consumers go with it, its secrets stay. */
export async function containerDelete(ctx: KeyManagerCtx, id: ContainerId): Promise<void> {
  await containerAccess(ctx, id, "container:delete");
  if (!(await ctx.deps.database.transaction((tx) => containerDeleteRow(tx, id)))) throw containerNotFound();
}

export async function containerInUse(ctx: KeyManagerCtx, container: Container): Promise<ContainerInUse> {
  const found = await containerConsumers.of(ctx.deps.database.db, [container.id]);
  return { container, consumers: found.get(container.id) ?? [] };
}

/** A container names secrets of its caller's project only. */
export async function isOwnSecret(
  tx: Tx,
  secretId: SecretId,
  projectId: string,
  now: number,
): Promise<boolean> {
  return (await secretFind(tx, secretId, now))?.projectId === projectId;
}
