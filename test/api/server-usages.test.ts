import { afterAll, expect, test } from "vitest";
import { openTestDatabase } from "#db/testing/index.ts";
import { computeMigrations } from "#compute/index.ts";
import { aServer } from "../../src/compute/domain/testing/a-server.ts";
import { computeServerUsages } from "../../src/compute/store/migrations/0039-server-usages.ts";
import { serverUsageList } from "../../src/compute/store/server-usages.ts";
import { serverInsert } from "../../src/compute/store/servers.ts";

const { "0039-server-usages": _later, ...earlier } = computeMigrations;
const database = await openTestDatabase(earlier);
afterAll(() => database.close());

test("servers from before usages were kept are in them", async () => {
  const server = aServer({ createdAt: 1_000, launchedAt: 2_000 });
  await database.transaction((tx) => serverInsert(tx, server));
  await database.transaction((tx) => computeServerUsages.up(tx));
  const all = { start: 0, stop: 10_000, projectId: undefined };
  expect(await serverUsageList(database.db, all)).toMatchObject([
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
  expect(await serverUsageList(database.db, { ...all, projectId: "another" })).toEqual([]);
  expect(await serverUsageList(database.db, { ...all, stop: 2_000 })).toEqual([]);
});
