import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { imageMake, type Answer } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

/** Several servers by one request: all of them or none. */

const servers = "/compute/v2.1/servers";

let cloud: TestCloud;
let image: string;
const kit = serverKit(() => cloud);
beforeAll(async () => {
  cloud = await startTestCloud();
  await cloud.hostAdd("1f8fad5b-d9cb-469f-a165-70867728950e");
  image = await imageMake(cloud.demo);
});
afterAll(() => cloud.stop());
beforeEach(async () => {
  for (const { id } of await listed()) await kit.remove(id as string);
  await limit({ instances: 10, cores: 20, ram: 51_200 });
});

async function limit(limits: object): Promise<void> {
  const path = `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}`;
  expect((await cloud.admin.send("PUT", path, { quota_set: limits })).status).toBe(200);
}

async function many(server: object, body: object = {}): Promise<Answer> {
  return kit.create(cloud.demo, image, { server: { name: "web", ...server }, body });
}

/** As an administrator sees them, by launch index. */
async function listed(query = ""): Promise<Record<string, unknown>[]> {
  const path = `${servers}/detail?all_tenants=true&project_id=${cloud.demo.projectId}${query}`;
  const { status, body } = await cloud.admin.send("GET", path, undefined, "2.96");
  expect(status, JSON.stringify(body)).toBe(200);
  const index = (server: Record<string, unknown>) => Number(server["OS-EXT-SRV-ATTR:launch_index"]);
  return (body.servers as Record<string, unknown>[]).toSorted((a, b) => index(a) - index(b));
}

async function allSettled(): Promise<Record<string, unknown>[]> {
  const found = await listed();
  return Promise.all(found.map(({ id }) => kit.settled(id as string)));
}

async function secretNames(): Promise<string[]> {
  const { body } = await cloud.demo.send("GET", "/key-manager/v1/secrets?limit=100");
  return (body.secrets as { name: string }[]).map(({ name }) => name).toSorted();
}

async function vtpmFlavor(): Promise<string> {
  const { flavors } = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body;
  return (flavors as { id: string; name: string }[]).find(({ name }) => name === "vtpm.small")?.id ?? "";
}

test("each has its number in name and hostname, its place as launch index, and the request's reservation", async () => {
  const answer = await many({ name: "Web A", min_count: "3", return_reservation_id: true });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  expect(answer.body).toEqual({ reservation_id: expect.stringMatching(/^r-[0-9a-f]{8}$/) });
  const found = await allSettled();
  expect(found).toMatchObject(
    [1, 2, 3].map((number) => ({
      name: `Web A-${number}`,
      status: "ACTIVE",
      "OS-EXT-SRV-ATTR:hostname": `web-a-${number}`,
      "OS-EXT-SRV-ATTR:launch_index": number - 1,
      "OS-EXT-SRV-ATTR:reservation_id": answer.body.reservation_id,
    })),
  );
  await kit.made(cloud.demo, image, { name: "other" });
  const own = await cloud.demo.send("GET", `${servers}?reservation_id=${answer.body.reservation_id}`);
  expect((own.body.servers as { name: string }[]).map(({ name }) => name).toSorted()).toEqual([
    "Web A-1",
    "Web A-2",
    "Web A-3",
  ]);
  expect(await listed("&launch_index=2")).toMatchObject([{ name: "Web A-3" }]);
  const one = await cloud.demo.send("GET", `${servers}?reservation_id=r-00000000`);
  expect(one.body.servers).toEqual([]);
});

test("without a reservation the answer is the first of them", async () => {
  const { status, body } = await many({ max_count: 2, min_count: 1 });
  expect(status).toBe(202);
  const [first, next] = await allSettled();
  expect(body.server.id).toBe(first?.["id"]);
  expect([first?.["name"], next?.["name"]]).toEqual(["web-1", "web-2"]);
});

test("one alone keeps its name, whatever the most it might have been", async () => {
  await limit({ instances: 1 });
  expect((await many({ min_count: 1, max_count: 5 })).status).toBe(202);
  expect(await allSettled()).toMatchObject([{ name: "web", "OS-EXT-SRV-ATTR:hostname": "web" }]);
});

test("the quota is for all at once: as many as it lets be, and none when they are fewer than asked for", async () => {
  await limit({ instances: 4 });
  expect((await many({ min_count: 2, max_count: 8 })).status).toBe(202);
  expect(await allSettled()).toHaveLength(4);
  const refused = await many({ min_count: 1, max_count: 3 });
  expect(refused).toMatchObject({
    status: 403,
    body: {
      forbidden: {
        message: "Quota exceeded for instances: Requested 1-3, but already used 4 of 4 instances",
      },
    },
  });
  await limit({ instances: 20, cores: 6, ram: 1536 });
  const both = await many({ min_count: 3 });
  expect(both.body.forbidden.message).toBe(
    "Quota exceeded for cores, ram: Requested 3, 768, but already used 4, 1024 of 6, 1536 cores, ram",
  );
  expect(await listed()).toHaveLength(4);
});

test("requests at the same time do not get more than the quota together", async () => {
  await limit({ instances: 7 });
  const answers = await Promise.all([1, 2, 3, 4].map(() => many({ min_count: 3, max_count: 4 })));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 202, 403, 403]);
  expect(await allSettled()).toHaveLength(7);
});

test("each has a TPM and a passphrase of its own, and what quota takes away leaves no secret", async () => {
  await limit({ instances: 3 });
  const before = await secretNames();
  const flavorRef = await vtpmFlavor();
  const answers = await Promise.all([1, 2].map(() => many({ flavorRef, min_count: 1, max_count: 3 })));
  const accepted = answers.filter(({ status }) => status === 202);
  expect(accepted.length).toBeGreaterThan(0);
  const found = await allSettled();
  expect(found).toHaveLength(3);
  const secrets = await Promise.all(
    found.map(async ({ id }) => {
      const { body } = await cloud.admin.send("GET", `${servers}/${String(id)}/sealstone:tpm`);
      return body["sealstone:tpm"].secret_id as string;
    }),
  );
  expect(new Set(secrets).size).toBe(3);
  const names = found.map(({ id }) => `vTPM secret for instance ${String(id)}`);
  expect(await secretNames()).toEqual([...before, ...names].toSorted());
});

test("a refusal in the middle leaves nothing: no server, no member, no secret", async () => {
  const groups = "/compute/v2.1/os-server-groups";
  const group = { name: "apart", policy: "anti-affinity" };
  const made = await cloud.demo.send("POST", groups, { server_group: group }, "2.64");
  const id = made.body.server_group.id as string;
  const hints = { "os:scheduler_hints": { group: id } };
  const before = await secretNames();
  const flavorRef = await vtpmFlavor();
  // Two hosts.
  expect((await many({ flavorRef, min_count: 3 }, hints)).status).toBe(409);
  expect(await listed()).toEqual([]);
  expect(await secretNames()).toEqual(before);
  expect((await cloud.demo.send("GET", `${groups}/${id}`)).body.server_group.members).toEqual([]);
  expect((await many({ flavorRef, min_count: 2 }, hints)).status).toBe(202);
  const found = await allSettled();
  expect(new Set(found.map((server) => server["OS-EXT-SRV-ATTR:host"])).size).toBe(2);
  const { members } = (await cloud.demo.send("GET", `${groups}/${id}`)).body.server_group;
  expect(members).toEqual(expect.arrayContaining(found.map((server) => server["id"])));
  expect(members).toHaveLength(2);
});

test("a passphrase that cannot be stored takes those before it with it", async () => {
  const before = await secretNames();
  const path = `/key-manager/v1/project-quotas/${cloud.demo.projectId}`;
  const quotas = { project_quotas: { secrets: before.length + 2 } };
  expect((await cloud.admin.send("PUT", path, quotas)).status).toBe(204);
  const refused = await many({ flavorRef: await vtpmFlavor(), min_count: 3 });
  expect(refused.status, JSON.stringify(refused.body)).toBe(403);
  expect(await listed()).toEqual([]);
  expect(await secretNames()).toEqual(before);
  expect((await cloud.admin.send("DELETE", path)).status).toBe(204);
  expect((await many({ flavorRef: await vtpmFlavor(), min_count: 3 })).status).toBe(202);
  expect(await allSettled()).toMatchObject([1, 2, 3].map(() => ({ status: "ACTIVE" })));
});

test("the quota of a group's members is for all at once too", async () => {
  await limit({ server_group_members: 2 });
  const group = { name: "near", policy: "soft-affinity" };
  const path = "/compute/v2.1/os-server-groups";
  const made = await cloud.demo.send("POST", path, { server_group: group }, "2.64");
  const hints = { "os:scheduler_hints": { group: made.body.server_group.id as string } };
  const refused = await many({ min_count: 3 }, hints);
  expect(refused).toMatchObject({
    status: 403,
    body: { forbidden: { message: "Quota exceeded, too many servers in group" } },
  });
  expect(await listed()).toEqual([]);
  expect((await many({ min_count: 2 }, hints)).status).toBe(202);
  const hosts = (await allSettled()).map((server) => server["OS-EXT-SRV-ATTR:host"]);
  expect(new Set(hosts).size).toBe(1);
});

test.each([
  [{ min_count: 3, max_count: 2 }, "min_count must be <= max_count"],
  [
    { max_count: 2, hostname: "web.example.org" },
    "Unable to allocate a single hostname to multiple instances",
  ],
  [
    { max_count: 2, networks: [{ port: "0f8fad5b-d9cb-469f-a165-70867728950f" }] },
    "Failed to launch instances: Unable to launch multiple instances with a single configured port ID. Please launch your instance one by one with different ports.",
  ],
  [
    {
      max_count: 2,
      networks: [{ uuid: "0f8fad5b-d9cb-469f-a165-70867728950f", fixed_ip: "192.0.2.7" }],
    },
    "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is specified.",
  ],
  [{ min_count: 0 }, /min_count/],
  [{ max_count: "0" }, /max_count/],
  [{ min_count: 1_001, max_count: 2_000 }, "A request makes 1000 servers at the most: min_count is 1001."],
])("what cannot be is refused, and nothing is created: %j", async (server, message) => {
  const answer = await many(server);
  expect(answer.status, JSON.stringify(answer.body)).toBe(400);
  expect(answer.body.badRequest.message).toMatch(message);
  expect(await listed()).toEqual([]);
});
