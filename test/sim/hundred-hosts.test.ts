import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { simFleetStart, type SimFleet } from "#agent/sim/fleet.ts";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus } from "#bus/index.ts";
import { testPasswordCost } from "#identity/testing/password-cost.ts";
import { controlPlaneStart, type ControlPlane } from "../../src/main/control-plane.ts";
import { eventually } from "../kit/client.ts";
import { freePort } from "../kit/test-cloud.ts";
import { cloudPrepare, serverAsk, type Prepared } from "../kit/prepared-cloud.ts";
import { serversAll, simHostsHold, tracesExpectExact } from "../kit/traces.ts";

const hosts = 100;
const servers = 200;

let statePath: string;
let simFolder: string;
let controlPlane: ControlPlane;
let fleet: SimFleet;
let cloud: Prepared;
beforeAll(async () => {
  statePath = await mkdtemp(join(tmpdir(), "sealstone-hundred-"));
  simFolder = join(statePath, "sim");
  const port = await freePort();
  const [bus, log] = [createInProcessBus(), silentLogger];
  controlPlane = await controlPlaneStart({
    statePath,
    database: { kind: "sqlite", path: join(statePath, "sealstone.sqlite") },
    replicaId: "control-plane hundred",
    address: "127.0.0.1",
    port,
    publicUrl: `http://127.0.0.1:${port}`,
    bus,
    log,
    guest: undefined,
    passwordCost: testPasswordCost,
  });
  fleet = await simFleetStart({ hosts, commandMs: 5 }, { bus, log, folder: simFolder });
  cloud = await cloudPrepare(controlPlane.url, statePath, { vcpus: 8 });
});
afterAll(async () => {
  await controlPlane?.stop();
  await fleet?.stop();
  await rm(statePath, { recursive: true });
});

test("a hundred hosts in one process carry two hundred servers, and nothing of them is left after their deletion", async () => {
  const services = (await cloud.admin.send("GET", "/compute/v2.1/os-services?binary=nova-compute")).body
    .services as { state: string }[];
  expect(services.filter(({ state }) => state === "up")).toHaveLength(hosts);
  expect((await cloud.admin.send("GET", "/compute/v2.1/os-hypervisors")).body.hypervisors).toHaveLength(
    hosts,
  );
  await Promise.all(
    Array.from({ length: servers }, (_, index) => serverAsk(cloud, index % 2 === 0 ? "vtpm" : "plain")),
  );
  const made = await settled();
  expect(made.map(({ status }) => status)).toEqual(Array.from({ length: servers }, () => "ACTIVE"));
  // Four fill a host, so they are spread over fifty at least.
  const used = new Set(made.map((server) => server["OS-EXT-SRV-ATTR:hypervisor_hostname"]));
  expect(used.size).toBeGreaterThanOrEqual(servers / 4);
  await tracesExpectExact({ ...cloud, hostsHold: () => simHostsHold(simFolder) }, made);
  const answers = await Promise.all(
    made.map(({ id }) => cloud.demo.send("DELETE", `/compute/v2.1/servers/${id}`)),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
  expect(await settled()).toEqual([]);
  await tracesExpectExact({ ...cloud, hostsHold: () => simHostsHold(simFolder) }, []);
});

/** All servers once none has a task. */
async function settled() {
  return eventually(async () => {
    const all = await serversAll(cloud.admin);
    if (all.every((server) => server["OS-EXT-STS:task_state"] === null)) return all;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return undefined;
  }, 300_000);
}
