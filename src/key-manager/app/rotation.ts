import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import type { Listed, Page } from "../domain/page.ts";
import type { Rotation } from "../domain/rotation.ts";
import { projectIdsWithKeys, projectKeyFindCurrent, projectKeyInsertIfAbsent } from "../store/keys.ts";
import {
  payloadsUnderOtherKeysCount,
  rotationFindOpen,
  rotationInsert,
  rotationList as rotationListRows,
} from "../store/rotations.ts";
import type { KeyManagerCtx } from "./deps.ts";

export interface RotationProgress {
  readonly rotation: Rotation;
  /** Payloads that are still under older keys. */
  readonly remaining: number;
}

/** A new key for the project, or for all that have one and whose last rotation has ended. */
export async function rotationStart(
  ctx: KeyManagerCtx,
  projectId: string | undefined,
): Promise<RotationProgress[]> {
  const { db } = ctx.deps.database;
  const projectIds = projectId === undefined ? await projectIdsWithKeys(db) : [projectId];
  const started: RotationProgress[] = [];
  for (const id of projectIds) {
    if (projectId === undefined && (await rotationFindOpen(db, id))) continue;
    const rotation = await rotationStartOne(ctx, id);
    started.push({ rotation, remaining: rotation.total });
  }
  ctx.deps.rotations.nudge();
  return started;
}

export async function rotationList(ctx: KeyManagerCtx, page: Page): Promise<Listed<RotationProgress>> {
  const { db } = ctx.deps.database;
  const { items, total } = await rotationListRows(db, page);
  const progress: RotationProgress[] = [];
  for (const rotation of items) {
    const isDone = rotation.status === "DONE";
    const remaining = isDone ? 0 : await payloadsUnderOtherKeysCount(db, rotation.projectId, rotation.keyId);
    progress.push({ rotation, remaining });
  }
  return { items: progress, total };
}

async function rotationStartOne(ctx: KeyManagerCtx, projectId: string): Promise<Rotation> {
  const { database, vault, log } = ctx.deps;
  const current = await projectKeyFindCurrent(database.db, projectId);
  if (!current) {
    const message = `Project ${projectId} has no key to rotate: no secret was ever stored in it.`;
    throw new CloudError("not-found", message);
  }
  const generation = current.generation + 1;
  const key = await vault.newKey(projectId, generation);
  const now = ctx.clock.now();
  const rotation = await database.transaction(async (tx) => {
    const newest = await projectKeyFindCurrent(tx, projectId);
    if ((await rotationFindOpen(tx, projectId)) || newest?.id !== current.id) throw underWay(projectId);
    await projectKeyInsertIfAbsent(tx, key);
    const row: Rotation = {
      id: newUuid(),
      projectId,
      keyId: key.id,
      generation,
      status: "RESEALING",
      total: await payloadsUnderOtherKeysCount(tx, projectId, key.id),
      createdAt: now,
      updatedAt: now,
    };
    await rotationInsert(tx, row);
    return row;
  });
  const { userId } = ctx.caller;
  log.info(
    { event: "key-rotation", projectId, generation, userId, requestId: ctx.requestId },
    "a project has a new key",
  );
  return rotation;
}

function underWay(projectId: string): CloudError {
  return new CloudError(
    "conflict",
    `A rotation of project ${projectId}'s key is under way. Wait until it is DONE.`,
  );
}
