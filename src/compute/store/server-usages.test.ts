import { afterAll, expect, test } from "vitest";
import { openDatabase } from "#db/index.ts";
import { databasePlace } from "#db/testing/index.ts";
import { aServer } from "../domain/testing/a-server.ts";
import { computeMigrations } from "../index.ts";
import { serverUsageList } from "./server-usages.ts";
import { serverInsert } from "./servers.ts";

const place = await databasePlace();
afterAll(() => place.remove());

test("servers from before usages were kept are in them", async () => {
  const server = aServer({ createdAt: 1_000, launchedAt: 2_000 });
  const { "0039-server-usages": _later, ...earlier } = computeMigrations;
  const old = await openDatabase({ address: place.address, migrations: earlier });
  await old.transaction((tx) => serverInsert(tx, server));
  await old.close();
  const current = await openDatabase({ address: place.address, migrations: computeMigrations });
  const all = { start: 0, stop: 10_000, projectId: undefined };
  expect(await serverUsageList(current.db, all)).toMatchObject([
    {
      serverId: server.id,
      projectId: server.projectId,
      flavorName: server.flavor.name,
      memoryMiB: server.flavor.memoryMiB,
      launchedAt: 2_000,
      terminatedAt: undefined,
      vmState: server.vmState,
    },
  ]);
  expect(await serverUsageList(current.db, { ...all, projectId: "another" })).toEqual([]);
  expect(await serverUsageList(current.db, { ...all, stop: 2_000 })).toEqual([]);
  await current.close();
});
