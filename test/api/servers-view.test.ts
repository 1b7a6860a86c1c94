import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
const { create, settled, made, remove } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
});
afterAll(() => cloud.stop());

const servers = "/compute/v2.1/servers";

test("what a host says in detail is for administrators, in faults and in actions", async () => {
  cloud.host.failNext("domainStart", "bug", 1, "/secret/path is full");
  const { body } = await create(cloud.demo, image);
  const id = body.server.id as string;
  expect(await settled(id)).toMatchObject({
    status: "ERROR",
    fault: {
      code: 500,
      message: "domainStart fails by script",
      details: expect.stringMatching(/\/secret\/path is full$/),
    },
  });
  const shown = await cloud.demo.send("GET", `${servers}/${id}`);
  expect(shown.body.server.fault).toEqual({
    code: 500,
    created: expect.any(String),
    message: "domainStart fails by script",
  });
  const path = `${servers}/${id}/os-instance-actions`;
  const [{ request_id: request }] = (await cloud.demo.send("GET", path)).body.instanceActions;
  const [own] = (await cloud.demo.send("GET", `${path}/${request}`, undefined, "2.84")).body.instanceAction
    .events;
  expect(own.result).toBe("Error");
  expect(own).not.toHaveProperty("details");
  const [all] = (await cloud.admin.send("GET", `${path}/${request}`, undefined, "2.84")).body.instanceAction
    .events;
  expect(all.details).toMatch(/\/secret\/path is full$/);
  await remove(id);
});

test("PUT answers below 2.75 without what the extensions added, from 2.75 on with it", async () => {
  const id = await made(cloud.demo, image);
  const put = async (version: string, server: object) =>
    (await cloud.admin.send("PUT", `${servers}/${id}`, { server }, version)).body.server;
  const old = await put("2.74", { name: "old", accessIPv4: "192.0.2.7", "OS-DCF:diskConfig": "AUTO" });
  expect(old).toMatchObject({ name: "old", accessIPv4: "192.0.2.7", "OS-DCF:diskConfig": "AUTO" });
  expect(
    Object.keys(old as object).filter((name) => /^(OS-EXT|OS-SRV|os-ext|key_name|config|host_)/.test(name)),
  ).toEqual([]);
  expect(await put("2.75", { name: "new" })).toMatchObject({
    name: "new",
    accessIPv4: "192.0.2.7",
    key_name: null,
    config_drive: "",
    "OS-EXT-STS:vm_state": "active",
    host_status: "UP",
  });
  expect((await put("2.94", { hostname: "a.example.org" }))["OS-EXT-SRV-ATTR:hostname"]).toBe(
    "a.example.org",
  );
  const refused = await cloud.demo.send("PUT", `${servers}/${id}`, { server: { hostname: "a.b" } }, "2.90");
  expect(refused.status).toBe(400);
  await remove(id);
});

test("changes of different fields at the same time are all kept, and PUT answers what it wrote", async () => {
  const id = await made(cloud.demo, image);
  const answers = await Promise.all(
    [{ name: "n" }, { description: "d" }, { hostname: "hh" }, { accessIPv4: "192.0.2.9" }].map((server) =>
      cloud.demo.send("PUT", `${servers}/${id}`, { server }, "2.96"),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const now = (await cloud.demo.send("GET", `${servers}/${id}`, undefined, "2.96")).body.server;
  expect(now).toMatchObject({ name: "n", description: "d", accessIPv4: "192.0.2.9" });
  expect(now["OS-EXT-SRV-ATTR:hostname"]).toBe("hh");
  const written = answers.map(({ body }) => body.server.updated as string).toSorted();
  expect(written.at(-1)).toBe(now.updated);
  await remove(id);
});

test("server groups are in the one server's view, not in the list's", async () => {
  const id = await made(cloud.demo, image);
  const [inList] = (await cloud.demo.send("GET", `${servers}/detail`, undefined, "2.96")).body.servers;
  expect(inList.id).toBe(id);
  expect(inList).not.toHaveProperty("server_groups");
  expect((await cloud.demo.send("GET", `${servers}/${id}`, undefined, "2.96")).body.server).toHaveProperty(
    "server_groups",
  );
  await remove(id);
});

test("progress is shown only for what is running or being built", async () => {
  const id = await made(cloud.demo, image);
  const release = cloud.host.hold("domainReboot");
  await cloud.demo.send("POST", `${servers}/${id}/action`, { reboot: { type: "SOFT" } });
  await eventually(async () => (cloud.host.calls.at(-1) === "domainReboot" ? true : undefined));
  const rebooting = (await cloud.demo.send("GET", `${servers}/${id}`)).body.server;
  expect(rebooting.status).toBe("REBOOT");
  expect(rebooting).not.toHaveProperty("progress");
  release();
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", progress: 0 });
  await remove(id);
});

test.each([
  [{ length: "9".repeat(400) }, 400],
  [{ length: -2 }, 400],
  [{ length: "-2" }, 400],
  [{ length: "1.5" }, 400],
  [null, 400],
  [{ length: "10" }, 200],
  [{ length: "-1" }, 200],
  [{ length: null }, 200],
  [{}, 200],
])("console output with %j is %i", async (asked, status) => {
  const id = await made(cloud.demo, image);
  const answer = await cloud.demo.send("POST", `${servers}/${id}/action`, { "os-getConsoleOutput": asked });
  expect(answer.status).toBe(status);
  await remove(id);
});

test("a path that does not exist is 401 without a token and 404 with one", async () => {
  const bare = (path: string, token?: string) =>
    fetch(cloud.url + path, token === undefined ? {} : { headers: { "x-auth-token": token } });
  for (const path of ["/compute/v2.1/nothing", "/placement/nothing", "/image/v2/nothing"]) {
    expect((await bare(path)).status, path).toBe(401);
    expect((await bare(path, "wrong")).status, path).toBe(401);
    expect((await bare(path, cloud.demo.token)).status, path).toBe(404);
  }
  expect((await fetch(`${cloud.url}/compute/v2.1/servers`, { method: "PATCH" })).status).toBe(401);
  // Keystone is what one asks for a token.
  expect((await bare("/identity/v3/nothing")).status).toBe(404);
});
