import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { simFleetStart, type SimFleet } from "#agent/sim/fleet.ts";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus } from "#bus/index.ts";
import { databasePlace, type DatabasePlace } from "#db/testing/index.ts";
import { testPasswordCost } from "#identity/testing/password-cost.ts";
import { allMigrations, controlPlaneStart, type ControlPlane } from "../../src/main/control-plane.ts";
import { eventually } from "../kit/client.ts";
import { cloudPrepare, type Prepared } from "../kit/prepared-cloud.ts";
import { freePort } from "../kit/test-cloud.ts";
import { serversAll, simHostsHold, tracesExpectExact, type ListedServer } from "../kit/traces.ts";

const wanted = 200;
const most = 150;

let place: DatabasePlace;
let statePath: string;
let simFolder: string;
let controlPlane: ControlPlane;
let fleet: SimFleet;
let cloud: Prepared;
beforeAll(async () => {
  statePath = await mkdtemp(join(tmpdir(), "sealstone-crowd-"));
  simFolder = join(statePath, "sim");
  place = await databasePlace(allMigrations);
  const port = await freePort();
  const [bus, log] = [createInProcessBus(), silentLogger];
  controlPlane = await controlPlaneStart({
    statePath,
    database: place.address,
    replicaId: "control-plane crowd",
    address: "127.0.0.1",
    port,
    publicUrl: `http://127.0.0.1:${port}`,
    bus,
    log,
    guest: undefined,
    passwordCost: testPasswordCost,
  });
  fleet = await simFleetStart({ hosts: 20, commandMs: 2 }, { bus, log, folder: simFolder });
  cloud = await cloudPrepare(controlPlane.url, statePath, { vcpus: 1 });
  const limits = { instances: most, cores: -1, ram: most * 64 };
  const path = `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}`;
  await cloud.admin.send("PUT", path, { quota_set: limits });
});
afterAll(async () => {
  await controlPlane?.stop();
  await fleet?.stop();
  await place?.remove();
  await rm(statePath, { recursive: true });
});

async function create(index: number): Promise<number> {
  const { demo, image, flavors } = cloud;
  const flavorRef = index % 4 === 0 ? flavors.vtpm : flavors.plain;
  const server = { name: `s${index}`, imageRef: image, flavorRef, networks: "none" };
  return (await demo.send("POST", "/compute/v2.1/servers", { server }, "2.96")).status;
}

/** What the quota's own book says, against the servers that there are. */
async function usedExpectExact(servers: readonly ListedServer[]): Promise<void> {
  const path = `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}/detail`;
  const { quota_set: quotas } = (await cloud.admin.send("GET", path)).body;
  const used = { instances: quotas.instances, cores: quotas.cores, ram: quotas.ram };
  const count = servers.length;
  expect(used).toMatchObject({
    instances: { in_use: count, reserved: 0 },
    cores: { in_use: count, reserved: 0 },
    ram: { in_use: count * 64, reserved: 0 },
  });
  await tracesExpectExact({ ...cloud, hostsHold: () => simHostsHold(simFolder) }, servers);
}

/** All servers once none has a task. */
async function settled(): Promise<ListedServer[]> {
  return eventually(async () => {
    const all = await serversAll(cloud.admin);
    if (all.every((server) => server["OS-EXT-STS:task_state"] === null)) return all;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return undefined;
  }, 120_000);
}

const count = (answers: readonly number[], status: number): number =>
  answers.filter((each) => each === status).length;

test("of two hundred creations at once as many succeed as the quota lets, and no book is wrong by one", async () => {
  const answers = await Promise.all(Array.from({ length: wanted }, (_, index) => create(index)));
  expect([count(answers, 202), count(answers, 403)]).toEqual([most, wanted - most]);
  const made = await settled();
  expect(made.map(({ status }) => status)).toEqual(Array.from({ length: most }, () => "ACTIVE"));
  await usedExpectExact(made);
}, 120_000);

test("while a hundred are deleted another hundred are asked for; what is accepted is never too much", async () => {
  const doomed = (await serversAll(cloud.admin)).slice(0, 100);
  const [deleted, asked] = await Promise.all([
    Promise.all(
      doomed.map(async ({ id }) => (await cloud.demo.send("DELETE", `/compute/v2.1/servers/${id}`)).status),
    ),
    Promise.all(Array.from({ length: 100 }, (_, index) => create(index))),
  ]);
  expect(count(deleted, 204)).toBe(100);
  const accepted = count(asked, 202);
  expect(accepted + count(asked, 403)).toBe(100);
  const left = await settled();
  expect(left).toHaveLength(most - 100 + accepted);
  expect(left.length).toBeLessThanOrEqual(most);
  await usedExpectExact(left);
}, 120_000);

test("two hundred deletions at once, some of them twice, leave every book empty", async () => {
  const all = await serversAll(cloud.admin);
  const asked = [...all, ...all.slice(0, Math.max(0, wanted - all.length))];
  const answers = await Promise.all(
    asked.map(async ({ id }) => (await cloud.demo.send("DELETE", `/compute/v2.1/servers/${id}`)).status),
  );
  expect(answers.filter((status) => status !== 204 && status !== 404)).toEqual([]);
  expect(await settled()).toEqual([]);
  await usedExpectExact([]);
}, 120_000);
