import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
const kit = serverKit(() => cloud);
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

const servers = "/compute/v2.1/servers";

test("an administrator resets a server's state, also while it is being worked on", async () => {
  const id = await kit.made(cloud.demo, await imageMake(cloud.demo));
  const act = (client: "admin" | "demo", body: object) =>
    cloud[client].send("POST", `${servers}/${id}/action`, body);
  const reset = (state: string) => act("admin", { "os-resetState": { state } });
  expect((await act("demo", { "os-resetState": { state: "error" } })).status).toBe(403);
  expect((await reset("stopped")).status).toBe(400);
  expect((await reset("error")).status).toBe(202);
  expect(await kit.settled(id)).toMatchObject({ status: "ERROR" });
  expect((await reset("active")).status).toBe(202);
  expect(await kit.settled(id)).toMatchObject({ status: "ACTIVE" });
  const actions = `${servers}/${id}/os-instance-actions`;
  const [latest] = (await cloud.demo.send("GET", actions)).body.instanceActions;
  expect(latest.action).toBe("resetState");
  const shown = await cloud.admin.send("GET", `${actions}/${latest.request_id}`);
  expect(shown.body.instanceAction.events).toEqual([]);
  // What works on it goes on and keeps the others away; then the server is what was said.
  const during = async (work: () => Promise<unknown>): Promise<unknown> => {
    const release = cloud.host.hold("domainPause");
    expect((await act("demo", { pause: null })).status).toBe(202);
    await work();
    expect((await act("demo", { "os-stop": null })).status).toBe(409);
    release();
    return (await kit.settled(id))["status"];
  };
  expect(await during(() => reset("error"))).toBe("ERROR");
  expect(cloud.host.servers.get(id)?.powerState).toBe("paused");
  // What is asked for afterwards comes after it.
  expect((await act("demo", { reboot: { type: "HARD" } })).status).toBe(202);
  expect(await kit.settled(id)).toMatchObject({ status: "ACTIVE" });
  cloud.host.failNext("domainPause", "conflict");
  expect(await during(() => reset("error"))).toBe("ERROR");
  expect((await reset("active")).status).toBe(202);
  const reboot = async (): Promise<void> => {
    expect((await reset("error")).status).toBe(202);
    expect((await act("demo", { reboot: { type: "HARD" } })).status).toBe(202);
  };
  expect(await during(reboot)).toBe("ACTIVE");
  expect((await cloud.demo.send("GET", `${servers}/${id}/ips`)).body).toEqual({ addresses: {} });
  expect((await cloud.demo.send("GET", `${servers}/${id}/ips/private`)).status).toBe(404);
  const topology = (version: string) =>
    cloud.demo.send("GET", `${servers}/${id}/topology`, undefined, version);
  expect((await topology("2.78")).body).toEqual({ nodes: [], pagesize_kb: null });
  expect((await topology("2.77")).status).toBe(404);
  await kit.remove(id);
  expect((await reset("active")).status).toBe(404);
});

test.each([
  ["GET", "/os-agents"],
  ["DELETE", "/os-agents/1"],
  ["GET", "/os-cells/detail"],
  ["GET", "/os-fping"],
])("%s %s is gone", async (method, path) => {
  const answer = await cloud.demo.send(method, `/compute/v2.1${path}`);
  expect(answer).toMatchObject({ status: 410, body: { computeFault: { code: 410 } } });
});
