import { expect, test } from "vitest";
import { contestPrepare, contestRun, contestStanding } from "./testing/contest.ts";
import { startPlacement } from "./testing/start.ts";

/*
 * In one process. Two of them write one database on PostgreSQL alone (test/postgresql/contest.test.ts): a SQLite file
 * has one process that writes, which keeps others away (main/state-folder.ts).
 */
test("64 clients claim the last units of 1 000 providers: one claim of each unit wins", async () => {
  const cloud = await startPlacement();
  const providers = await contestPrepare(cloud.database, 1_000);
  const statuses = await contestRun(cloud, { providers, clients: 64, claimsEach: 3 });
  expect(statuses).toEqual({ 204: 1_000, 409: 2_000 });
  expect(await contestStanding(cloud.database)).toEqual({ units: 1_000, consumers: 1_000, wrong: [] });
  await cloud.close();
});
