import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake } from "../kit/client.ts";
import type { ScriptedHost } from "../kit/scripted-host.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let second: ScriptedHost;
const kit = serverKit(() => cloud);
beforeAll(async () => {
  cloud = await startTestCloud();
  second = await cloud.hostAdd("1f8fad5b-d9cb-469f-a165-70867728950e");
});
afterAll(() => cloud.stop());

const compute = "/compute/v2.1";
const path = `${compute}/os-aggregates`;
const admin = (method: string, at: string, body?: unknown, version?: string) =>
  cloud.admin.send(method, at, body, version);
const act = (id: number, body: object) => admin("POST", `${path}/${id}/action`, body);

async function hostnames(): Promise<Map<string, string>> {
  const { body } = await admin("GET", `${compute}/os-services`, undefined, "2.53");
  return new Map((body.services as { id: string; host: string }[]).map(({ id, host }) => [id, host]));
}

async function made(name: string, zone?: string): Promise<number> {
  const aggregate = { name, ...(zone === undefined ? {} : { availability_zone: zone }) };
  const answer = await admin("POST", path, { aggregate });
  expect(answer.status).toBe(200);
  return answer.body.aggregate.id as number;
}

test("an aggregate is made, changed, shown in each microversion's form and deleted", async () => {
  const id = await made("ssd");
  expect((await admin("POST", path, { aggregate: { name: "ssd" } })).status).toBe(409);
  const put = await admin("PUT", `${path}/${id}`, {
    aggregate: { name: " fast ", availability_zone: "east" },
  });
  expect(put.body.aggregate).toMatchObject({ id, name: "fast", availability_zone: "east", hosts: [] });
  expect(put.body.aggregate.updated_at).toMatch(/^\d{4}-\d\d-\d\dT/);
  const metadata = { ssd: "true", availability_zone: "east" };
  expect((await act(id, { set_metadata: { metadata } })).body.aggregate.metadata).toEqual(metadata);
  const cleared = await act(id, { set_metadata: { metadata: { ssd: null } } });
  expect(cleared.body.aggregate.metadata).toEqual({ availability_zone: "east" });
  expect((await admin("GET", `${path}/${id}`)).body.aggregate).not.toHaveProperty("uuid");
  const recent = await admin("GET", path, undefined, "2.41");
  expect(recent.body.aggregates[0].uuid).toMatch(/^[0-9a-f-]{36}$/);
  expect((await admin("DELETE", `${path}/${id}`)).status).toBe(200);
  expect((await admin("GET", `${path}/${id}`)).body.itemNotFound.message).toBe(
    `Aggregate ${id} could not be found.`,
  );
});

test.each([
  [{ name: "" }],
  [{ name: "a\u0001" }],
  [{ name: "x".repeat(256) }],
  [{ name: "a", availability_zone: "a:b" }],
  [{ name: "a", availability_zone: "" }],
  [{ name: "a", more: 1 }],
])("creating %j is 400", async (aggregate) => {
  expect((await admin("POST", path, { aggregate })).status).toBe(400);
});

test("ids are numbers, a zone is not taken away, and aggregates are an administrator's", async () => {
  expect((await admin("GET", `${path}/abc`)).status).toBe(400);
  const id = await made("zoned", "west");
  expect((await admin("PUT", `${path}/${id}`, { aggregate: { availability_zone: null } })).status).toBe(400);
  expect((await cloud.demo.send("GET", path)).status).toBe(403);
  expect((await admin("DELETE", `${path}/${id}`)).status).toBe(200);
});

test("a host is in one zone at most; a server that asks for the zone goes there and holds its host in it", async () => {
  const image = await imageMake(cloud.demo);
  const names = await hostnames();
  const host = names.get(second.hostId) ?? "";
  const [east, west] = [await made("e", "east"), await made("w", "west")];
  expect((await act(east, { add_host: { host: "nobody" } })).status).toBe(404);
  expect((await act(east, { add_host: { host } })).body.aggregate.hosts).toEqual([host]);
  expect((await act(east, { add_host: { host } })).status).toBe(409);
  expect((await act(west, { add_host: { host } })).body.conflictingRequest.message).toContain(
    "already in availability zone(s) ['east']",
  );
  expect((await admin("DELETE", `${path}/${east}`)).status).toBe(400);
  const { body } = await cloud.demo.send("GET", `${compute}/os-availability-zone`);
  expect(body.availabilityZoneInfo.map(({ zoneName }: { zoneName: string }) => zoneName)).toEqual([
    "east",
    "nova",
  ]);
  const placed: string[] = [];
  for (const zone of ["east", "nova", "east"]) {
    const id = await kit.made(cloud.demo, image, { availability_zone: zone });
    placed.push(id);
    expect(second.servers.has(id)).toBe(zone === "east");
  }
  const refused = await kit.create(cloud.demo, image, { server: { availability_zone: "west" } });
  expect(refused.body.badRequest.message).toBe("The requested availability zone is not available");
  const zoneChange = { aggregate: { availability_zone: "north" } };
  expect((await admin("PUT", `${path}/${east}`, zoneChange)).status).toBe(400);
  expect((await act(east, { remove_host: { host } })).status).toBe(409);
  for (const id of placed) await kit.remove(id);
  expect((await act(east, { remove_host: { host } })).body.aggregate.hosts).toEqual([]);
  expect((await act(east, { remove_host: { host } })).status).toBe(404);
});
