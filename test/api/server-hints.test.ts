import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
const kit = serverKit(() => cloud);
beforeAll(async () => {
  cloud = await startTestCloud();
  await cloud.hostAdd("1f8fad5b-d9cb-469f-a165-70867728950e");
  image = await imageMake(cloud.demo);
});
afterAll(() => cloud.stop());

const groups = "/compute/v2.1/os-server-groups";

async function groupMade(policy: string, rules: object = {}): Promise<string> {
  const group = { name: policy, policy, ...rules };
  const made = await cloud.demo.send("POST", groups, { server_group: group }, "2.64");
  return made.body.server_group.id as string;
}

/** Where the server is, or the status of the refusal. */
async function placed(hints: object): Promise<{ id: string; host: string } | number> {
  const body = { "os:scheduler_hints": hints };
  const answer = await kit.create(cloud.demo, image, { body });
  if (answer.status !== 202) return answer.status;
  const { id } = answer.body.server as { id: string };
  const server = await kit.settled(id);
  return { id, host: String(server["OS-EXT-SRV-ATTR:host"]) };
}

const at = (place: Awaited<ReturnType<typeof placed>>): string =>
  typeof place === "number" ? `refused ${place}` : place.host;
const idOf = (place: Awaited<ReturnType<typeof placed>>): string =>
  typeof place === "number" ? "" : place.id;

test("servers of an anti-affinity group go to different hosts, and no third one to two hosts", async () => {
  const group = await groupMade("anti-affinity");
  const first = await placed({ group });
  const other = await placed({ group: [group] });
  expect(new Set([at(first), at(other)]).size).toBe(2);
  expect(await placed({ group })).toBe(409);
  const shown = await cloud.demo.send("GET", `${groups}/${group}`, undefined, "2.64");
  expect(shown.body.server_group.members).toEqual([idOf(first), idOf(other)]);
  await kit.remove(idOf(first));
  const { body } = await cloud.demo.send("GET", groups);
  expect(body.server_groups[0].members).toEqual([idOf(other)]);
  expect(at(await placed({ group }))).toBe(at(first));
});

test("servers of an affinity group follow the first, others keep by or off a server", async () => {
  const group = await groupMade("affinity");
  const first = await placed({ group });
  expect(at(await placed({ group }))).toBe(at(first));
  expect(at(await placed({ same_host: idOf(first) }))).toBe(at(first));
  const apart = at(await placed({ different_host: [idOf(first)] }));
  expect(apart).not.toBe(at(first));
  expect(apart).not.toMatch(/refused/);
  // Another project's server is nowhere.
  const foreign = await kit.made(cloud.admin, await imageMake(cloud.admin));
  expect(await placed({ same_host: [foreign] })).toBe(409);
});

test("the quota of members holds, and a group must be one of the project's", async () => {
  const quota = `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}`;
  const set = { quota_set: { server_group_members: 0, instances: 50, cores: 50 } };
  expect((await cloud.admin.send("PUT", quota, set)).status).toBe(200);
  expect(await placed({ group: await groupMade("soft-affinity") })).toBe(403);
  expect(await placed({ group: "0f8fad5b-d9cb-469f-a165-708677289000" })).toBe(400);
  expect(await placed({ group: "x" })).toBe(400);
  const own = await cloud.admin.send("POST", groups, {
    server_group: { name: "g", policies: ["affinity"] },
  });
  expect(await placed({ group: own.body.server_group.id })).toBe(400);
});
