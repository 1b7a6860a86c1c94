import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

const servers = "/compute/v2.1/servers";
const started = new Date(Date.now() - 1_000).toISOString();

let cloud: TestCloud;
let live: string;
let gone: string;
const { made, remove } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  const image = await imageMake(cloud.demo);
  gone = await made(cloud.demo, image, { name: "gone" });
  live = await made(cloud.demo, image, { name: "live" });
  await remove(gone);
});
afterAll(() => cloud.stop());

async function listed(client: Client, query: string): Promise<string[]> {
  const { status, body } = await client.send("GET", `${servers}?${query}`, undefined, "2.96");
  expect(status, JSON.stringify(body)).toBe(200);
  return (body.servers as { id: string }[]).map(({ id }) => id);
}

test("who asks what changed is told of what is gone, newest first; other lists do not name it", async () => {
  expect(await listed(cloud.demo, "")).toEqual([live]);
  expect(await listed(cloud.demo, "deleted=true")).toEqual([live]);
  expect(await listed(cloud.demo, `changes-since=${started}`)).toEqual([live, gone]);
  expect(await listed(cloud.demo, `changes-since=${started}&name=gone`)).toEqual([gone]);
  expect(await listed(cloud.demo, `changes-since=${started}&limit=1&marker=${live}`)).toEqual([gone]);
  const later = new Date(Date.now() + 60_000).toISOString();
  expect(await listed(cloud.demo, `changes-since=${later}`)).toEqual([]);
  expect((await cloud.demo.send("GET", `${servers}/${gone}`)).status).toBe(404);
});

test("an administrator lists deleted servers alone, by either name", async () => {
  expect(await listed(cloud.admin, "all_tenants=1&deleted=true")).toEqual([gone]);
  expect(await listed(cloud.admin, "all_tenants=1&status=DELETED")).toEqual([gone]);
  expect(await listed(cloud.admin, "all_tenants=1&deleted=false")).toEqual([live]);
  const refused = await cloud.demo.send("GET", `${servers}?status=DELETED`, undefined, "2.96");
  expect(refused.status).toBe(403);
});

test("what it was is shown, and that and when it went", async () => {
  const path = `${servers}/detail?all_tenants=1&deleted=true`;
  const { body } = await cloud.admin.send("GET", path, undefined, "2.96");
  expect(body.servers).toMatchObject([
    {
      id: gone,
      name: "gone",
      status: "DELETED",
      "OS-EXT-STS:vm_state": "deleted",
      "OS-EXT-STS:task_state": null,
      "OS-EXT-STS:power_state": 0,
      "OS-SRV-USG:terminated_at": expect.stringMatching(/^20\d\d-/) as string,
      flavor: { original_name: "plain.small" },
    },
  ]);
});

test("another project is not told", async () => {
  expect(await listed(cloud.admin, `changes-since=${started}`)).toEqual([]);
});
