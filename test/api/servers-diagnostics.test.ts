import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake, type Answer, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let id: string;
const { made, settled } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  id = await made(cloud.demo, await imageMake(cloud.demo));
});
afterAll(() => cloud.stop());

const pathOf = (rest: string): string => `/compute/v2.1/servers/${id}${rest}`;
const diagnostics = (version: string, client: Client = cloud.admin): Promise<Answer> =>
  client.send("GET", pathOf("/diagnostics"), undefined, version);

test("diagnostics are libvirt's numbers, and since 2.48 the same fields for every driver", async () => {
  expect((await diagnostics("2.47")).body).toEqual({
    memory: 262_144,
    cpu0_time: 1_000_000,
    vda_read_req: 1,
    vda_read: 2,
    vda_write_req: 3,
    vda_write: 4,
    vda_errors: -1,
    "memory-actual": 262_144,
    "memory-rss": 1_024,
  });
  expect((await diagnostics("2.48")).body).toEqual({
    state: "running",
    driver: "libvirt",
    hypervisor: "qemu",
    hypervisor_os: "linux",
    uptime: expect.any(Number) as number,
    config_drive: false,
    num_cpus: 1,
    num_nics: 0,
    num_disks: 1,
    memory_details: { maximum: 256, used: 128 },
    cpu_details: [{ id: 0, time: 1_000_000, utilisation: null }],
    nic_details: [],
    disk_details: [{ read_requests: 1, read_bytes: 2, write_requests: 3, write_bytes: 4, errors_count: -1 }],
  });
  expect((await diagnostics("2.48", cloud.demo)).status).toBe(403);
});

async function newestAction(): Promise<Record<string, unknown>> {
  const { body } = await cloud.demo.send("GET", pathOf("/os-instance-actions"), undefined, "2.96");
  return (body.instanceActions as Record<string, unknown>[])[0] ?? {};
}

test("a crash dump is an interrupt, and its action says how it went", async () => {
  const dump = (version: string): Promise<Answer> =>
    cloud.demo.send("POST", pathOf("/action"), { trigger_crash_dump: null }, version);
  expect((await dump("2.16")).status).toBe(404);
  expect((await dump("2.17")).status).toBe(202);
  expect(cloud.host.calls.at(-1)).toBe("domainNmi");
  expect(await newestAction()).toMatchObject({ action: "trigger_crash_dump", message: null });
  cloud.host.failNext("domainNmi", "conflict");
  expect((await dump("2.17")).status).toBe(202);
  expect(await newestAction()).toMatchObject({ action: "trigger_crash_dump", message: "Error" });
});

test("a lock and its end are instance actions; a lock that changes nothing is none", async () => {
  const act = (body: object) => cloud.demo.send("POST", pathOf("/action"), body, "2.96");
  await act({ lock: null });
  const locked = await newestAction();
  expect(locked).toMatchObject({ action: "lock", message: null });
  await act({ lock: null });
  expect(await newestAction()).toEqual(locked);
  await act({ unlock: null });
  expect(await newestAction()).toMatchObject({ action: "unlock", message: null });
});

test("a server that does not run has no diagnostics and no dump", async () => {
  await cloud.demo.send("POST", pathOf("/action"), { "os-stop": null });
  await settled(id);
  const { status, body } = await diagnostics("2.48");
  expect([status, body.conflictingRequest.message]).toEqual([
    409,
    `Cannot 'get_diagnostics' instance ${id} while it is in power state shutdown`,
  ]);
  const refused = await cloud.demo.send("POST", pathOf("/action"), { trigger_crash_dump: null }, "2.17");
  expect(refused.body.conflictingRequest.message).toBe(
    `Cannot 'trigger_crash_dump' instance ${id} while it is in vm_state stopped`,
  );
});
