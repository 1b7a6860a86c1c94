import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

/** The availability zone that a server is asked for in is kept with it. */

const servers = "/compute/v2.1/servers";

let cloud: TestCloud;
let image: string;
const kit = serverKit(() => cloud);
beforeAll(async () => {
  cloud = await startTestCloud();
  await cloud.hostAdd("1f8fad5b-d9cb-469f-a165-70867728950e");
  image = await imageMake(cloud.demo);
  const aggregates = "/compute/v2.1/os-aggregates";
  const aggregate = { name: "west", availability_zone: "west" };
  const { body } = await cloud.admin.send("POST", aggregates, { aggregate });
  const path = `${aggregates}/${body.aggregate.id}/action`;
  const added = await cloud.admin.send("POST", path, { add_host: { host: "host-1f8f" } });
  expect(added.status, JSON.stringify(added.body)).toBe(200);
});
afterAll(() => cloud.stop());

const act = (id: string, body: object) => cloud.admin.send("POST", `${servers}/${id}/action`, body, "2.91");

async function done(id: string, body: object): Promise<Record<string, unknown>> {
  const answer = await act(id, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  return kit.settled(id);
}

const inWest = {
  "OS-EXT-AZ:availability_zone": "west",
  "OS-EXT-SRV-ATTR:host": "host-1f8f",
  pinned_availability_zone: "west",
};

test("it is pinned to the zone, through a shelve too, until it is unpinned", async () => {
  const id = await kit.made(cloud.demo, image, { availability_zone: "west" });
  expect(await kit.settled(id)).toMatchObject(inWest);
  const offloaded = await done(id, { shelve: null });
  expect(offloaded).toMatchObject({
    ...inWest,
    status: "SHELVED_OFFLOADED",
    "OS-EXT-SRV-ATTR:host": null,
  });
  const elsewhere = await act(id, { unshelve: { host: "host-0f8f" } });
  expect(elsewhere).toMatchObject({
    status: 409,
    body: { conflictingRequest: { message: 'Host "host-0f8f" is not in the availability zone "west".' } },
  });
  expect(await done(id, { unshelve: null })).toMatchObject({ ...inWest, status: "ACTIVE" });
  await done(id, { shelve: null });
  const free = await done(id, { unshelve: { availability_zone: null, host: "host-0f8f" } });
  expect(free).toMatchObject({
    status: "ACTIVE",
    "OS-EXT-AZ:availability_zone": "nova",
    pinned_availability_zone: null,
  });
  await done(id, { shelve: null });
  expect(await done(id, { unshelve: { availability_zone: "west" } })).toMatchObject(inWest);
  await kit.remove(id);
});

test("one that asks for no zone is pinned to none, and a list says so as the server does", async () => {
  const free = await kit.made(cloud.demo, image);
  const pinned = await kit.made(cloud.demo, image, { availability_zone: "west" });
  const list = await cloud.demo.send("GET", `${servers}/detail`, undefined, "2.96");
  const zones = (list.body.servers as Record<string, unknown>[]).map((server) => [
    server["id"],
    server["pinned_availability_zone"],
  ]);
  expect(Object.fromEntries(zones)).toEqual({ [free]: null, [pinned]: "west" });
  const older = await cloud.demo.send("GET", `${servers}/${pinned}`, undefined, "2.95");
  expect(older.body.server).not.toHaveProperty("pinned_availability_zone");
  await kit.remove(free);
  await kit.remove(pinned);
});

test("several at once find their hosts in the zone, and only there", async () => {
  const answer = await kit.create(cloud.demo, image, {
    server: { availability_zone: "west", min_count: 3 },
  });
  expect(answer.status).toBe(202);
  const list = await cloud.demo.send("GET", servers);
  for (const { id } of list.body.servers as { id: string }[]) {
    expect(await kit.settled(id)).toMatchObject(inWest);
    await kit.remove(id);
  }
});

test("a host that an administrator forces into another zone is not pinned to it", async () => {
  const own = await imageMake(cloud.admin);
  const id = await kit.made(cloud.admin, own, { availability_zone: "nova:host-1f8f" });
  expect(await kit.settled(id)).toMatchObject({ ...inWest, pinned_availability_zone: null });
  await kit.remove(id);
});
