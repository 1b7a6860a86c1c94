import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

const compute = "/compute/v2.1";
const quotas = (): string => `${compute}/os-quota-sets/${cloud.demo.projectId}`;

test("a quota that is set shows in the set, the detail and the limits; deleting it brings the default back", async () => {
  const set = await cloud.admin.send("PUT", quotas(), { quota_set: { cores: "7", force: "true" } }, "2.57");
  expect(set).toMatchObject({ status: 200, body: { quota_set: { cores: 7, instances: 10 } } });
  expect(set.body.quota_set).not.toHaveProperty("id");
  expect(set.body.quota_set).not.toHaveProperty("injected_files");
  expect((await cloud.demo.send("GET", quotas())).body.quota_set).toMatchObject({
    id: cloud.demo.projectId,
    cores: 7,
    floating_ips: -1,
  });
  expect((await cloud.demo.send("GET", `${quotas()}/detail`)).body.quota_set.cores).toEqual({
    limit: 7,
    in_use: 0,
    reserved: 0,
  });
  expect((await cloud.demo.send("GET", `${compute}/limits`)).body.limits.absolute).toMatchObject({
    maxTotalCores: 7,
    totalCoresUsed: 0,
    maxImageMeta: 128,
  });
  expect((await cloud.admin.send("DELETE", quotas())).status).toBe(202);
  expect((await cloud.demo.send("GET", quotas())).body.quota_set.cores).toBe(20);
});

test.each([
  [{ cores: -2 }, "2.1"],
  [{ cores: "3000000000" }, "2.1"],
  [{ cores: 1.5 }, "2.1"],
  [{ networks: 1 }, "2.1"],
  [{ floating_ips: 1 }, "2.36"],
  [{ injected_files: 1 }, "2.57"],
  [{ force: "perhaps" }, "2.1"],
])("quota set %j at %s is 400", async (set, version) => {
  const answer = await cloud.admin.send("PUT", quotas(), { quota_set: set }, version);
  expect(answer.status).toBe(400);
});

test("quotas of other projects, and changes of one's own, are an administrator's", async () => {
  const other = `${compute}/os-quota-sets/${cloud.admin.projectId}`;
  expect((await cloud.demo.send("GET", other)).status).toBe(403);
  expect((await cloud.demo.send("GET", `${other}/defaults`)).status).toBe(200);
  expect((await cloud.demo.send("PUT", quotas(), { quota_set: { cores: 99 } })).status).toBe(403);
  expect((await cloud.demo.send("GET", `${compute}/limits?tenant_id=${cloud.admin.projectId}`)).status).toBe(
    403,
  );
});

test("the class default holds for every project; server groups are part of it from 2.50 on", async () => {
  const path = `${compute}/os-quota-class-sets/default`;
  const old = await cloud.admin.send("PUT", path, { quota_class_set: { instances: 4 } });
  expect(old.body.quota_class_set).toMatchObject({ instances: 4, fixed_ips: -1 });
  expect(old.body.quota_class_set).not.toHaveProperty("server_groups");
  const recent = await cloud.admin.send("GET", path, undefined, "2.50");
  expect(recent.body.quota_class_set).toMatchObject({ id: "default", instances: 4, server_groups: 10 });
  expect((await cloud.demo.send("GET", quotas())).body.quota_set.instances).toBe(4);
});

test("a user's limit is at most the project's; key pairs beyond it are 403", async () => {
  const user = `${quotas()}?user_id=${cloud.demo.userId}`;
  expect((await cloud.admin.send("PUT", user, { quota_set: { key_pairs: 101 } })).status).toBe(400);
  expect((await cloud.admin.send("PUT", user, { quota_set: { key_pairs: 0 } })).status).toBe(200);
  const refused = await cloud.demo.send("POST", `${compute}/os-keypairs`, { keypair: { name: "k" } });
  expect(refused).toMatchObject({
    status: 403,
    body: { forbidden: { message: "Quota exceeded, too many key pairs." } },
  });
});

test("zones: one, with its hosts for administrators", async () => {
  const path = `${compute}/os-availability-zone`;
  expect((await cloud.demo.send("GET", path)).body).toEqual({
    availabilityZoneInfo: [{ zoneName: "nova", zoneState: { available: true }, hosts: null }],
  });
  const detail = await cloud.admin.send("GET", `${path}/detail`);
  const [host] = Object.values(detail.body.availabilityZoneInfo[0].hosts);
  expect(host).toMatchObject({ "nova-compute": { available: true, active: true } });
  expect((await cloud.demo.send("GET", `${path}/detail`)).status).toBe(403);
});
