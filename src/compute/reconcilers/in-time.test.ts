import { expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { sagaList, sagaMigrations } from "#saga/index.ts";
import type { ComputeDeps, ComputeIntervals } from "../app/deps.ts";
import { aServer } from "../domain/testing/a-server.ts";
import { computeMigrations } from "../index.ts";
import { serverMigrationInsert, serverMigrationSet } from "../store/server-migrations.ts";
import { serverInsert } from "../store/servers.ts";
import { shelvedServerSet } from "../store/shelved-servers.ts";
import { resizesConfirm } from "./resizes.ts";
import { shelvedServersOffload } from "./shelved-servers.ts";
import { softDeletedReclaim } from "./soft-deleted.ts";

const minute = 60_000;
const now = 1_700_000_000_000;

/** A reconciler's deps, one minute after `now`, and the sagas that it began. */
async function placeAt(intervals: ComputeIntervals) {
  const database = await openTestDatabase({ ...computeMigrations, ...sagaMigrations });
  const deps = {
    database,
    intervals,
    clock: { now: () => now + minute },
    log: silentLogger,
    executor: { nudge: () => undefined },
  } as unknown as ComputeDeps;
  const begun = async (): Promise<string[]> =>
    (await sagaList(database.db, { state: "running" })).map(({ name, resource }) => `${name} ${resource}`);
  return { database, deps, begun };
}

const [old, young] = [newUuid(), newUuid()];

test("a resize is confirmed when its window is over, and not before", async () => {
  const { database, deps, begun } = await placeAt({ resizeConfirmS: 30, reclaimS: 0 });
  await database.transaction(async (tx) => {
    for (const [id, at] of [
      [old, now],
      [young, now + 31_000],
    ] as const) {
      const server = aServer({ id, vmState: "resized" });
      await serverInsert(tx, server);
      const { projectId, userId, flavor } = server;
      const migration = await serverMigrationInsert(tx, {
        uuid: newUuid(),
        serverId: id,
        projectId,
        userId,
        type: "resize",
        status: "post-migrating",
        sourceHostId: "host",
        destHostId: "host",
        old: { flavor, vmState: "active" },
        new: { flavor },
        createdAt: at,
      });
      await serverMigrationSet(tx, migration, "finished", at);
    }
  });
  await resizesConfirm({ ...deps, intervals: { resizeConfirmS: 0, reclaimS: 0 } });
  expect(await begun()).toEqual([]);
  await resizesConfirm(deps);
  await resizesConfirm(deps);
  expect(await begun()).toEqual([`server-resize-confirm ${old}`]);
  await database.close();
});

test("a shelved server leaves its host when its time there is over, and never where there is none", async () => {
  const { database, deps, begun } = await placeAt({ resizeConfirmS: 0, reclaimS: 0 });
  await database.transaction(async (tx) => {
    for (const [id, at] of [
      [old, now],
      [young, now + 31_000],
    ] as const) {
      await serverInsert(tx, aServer({ id, vmState: "shelved" }));
      await shelvedServerSet(tx, id, { image: aServer().image.disk, at });
    }
  });
  // Below 0 it stays until somebody says so; with 0 the shelve itself takes it off.
  for (const shelvedOffloadTimeS of [-1, 0]) await shelvedServersOffload({ ...deps, shelvedOffloadTimeS });
  expect(await begun()).toEqual([]);
  for (let looks = 2; looks > 0; looks -= 1)
    await shelvedServersOffload({ ...deps, shelvedOffloadTimeS: 30 });
  expect(await begun()).toEqual([`server-shelve-offload ${old}`]);
  await database.close();
});

test("a soft-deleted server is reclaimed when its time is over, and not before", async () => {
  const { database, deps, begun } = await placeAt({ resizeConfirmS: 0, reclaimS: 30 });
  await database.transaction(async (tx) => {
    await serverInsert(tx, aServer({ id: old, vmState: "soft-delete", softDeletedAt: now }));
    await serverInsert(tx, aServer({ id: young, vmState: "soft-delete", softDeletedAt: now + 31_000 }));
  });
  await softDeletedReclaim({ ...deps, intervals: { resizeConfirmS: 0, reclaimS: 0 } });
  expect(await begun()).toEqual([]);
  await softDeletedReclaim(deps);
  await softDeletedReclaim(deps);
  expect(await begun()).toEqual([`server-delete ${old}`]);
  await database.close();
});
