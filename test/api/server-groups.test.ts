import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

const groups = "/compute/v2.1/os-server-groups";

test("a group has a list of policies before 2.64, a policy and rules from then on", async () => {
  const made = await cloud.demo.send("POST", groups, { server_group: { name: "g", policies: ["affinity"] } });
  const { id } = made.body.server_group as { id: string };
  expect(made.body.server_group).toEqual({
    id,
    name: "g",
    policies: ["affinity"],
    members: [],
    metadata: {},
  });
  const recent = await cloud.demo.send("GET", `${groups}/${id}`, undefined, "2.64");
  expect(recent.body.server_group).toEqual({
    id,
    name: "g",
    policy: "affinity",
    rules: {},
    members: [],
    project_id: cloud.demo.projectId,
    user_id: cloud.demo.userId,
  });
  expect((await cloud.demo.send("DELETE", `${groups}/${id}`)).status).toBe(204);
  expect((await cloud.demo.send("GET", `${groups}/${id}`)).status).toBe(404);
});

test.each([
  [{ name: "", policies: ["affinity"] }, "2.1"],
  [{ name: "g", policies: [] }, "2.1"],
  [{ name: "g", policies: ["soft-affinity"] }, "2.14"],
  [{ name: "g", policies: ["affinity", "anti-affinity"] }, "2.15"],
  [{ name: "g", policies: ["affinity"] }, "2.64"],
  [{ name: "g", policy: "affinity", rules: { max_server_per_host: 2 } }, "2.64"],
  [{ name: "g", policy: "anti-affinity", rules: { max_server_per_host: 0 } }, "2.64"],
])("%j at %s is 400", async (group, version) => {
  expect((await cloud.demo.send("POST", groups, { server_group: group }, version)).status).toBe(400);
});

test("other projects' groups are 404, and listed for administrators who ask for all", async () => {
  const group = { name: "admin's", policy: "anti-affinity", rules: { max_server_per_host: "3" } };
  const made = await cloud.admin.send("POST", groups, { server_group: group }, "2.64");
  expect(made.body.server_group.rules).toEqual({ max_server_per_host: 3 });
  const path = `${groups}/${made.body.server_group.id}`;
  expect((await cloud.demo.send("GET", path)).status).toBe(404);
  expect((await cloud.demo.send("DELETE", path)).status).toBe(404);
  const mine = await cloud.demo.send("POST", groups, { server_group: { name: "m", policies: ["affinity"] } });
  expect((await cloud.demo.send("GET", `${groups}?all_projects=1`)).body.server_groups).toHaveLength(1);
  expect((await cloud.admin.send("GET", groups)).body.server_groups).toHaveLength(1);
  const all = await cloud.admin.send("GET", `${groups}?all_projects=1&limit=1&offset=1`);
  expect(all.body.server_groups).toMatchObject([{ id: mine.body.server_group.id }]);
  expect((await cloud.demo.send("GET", `${groups}?x=1`, undefined, "2.75")).status).toBe(400);
});

test("one group more than the quota is 403", async () => {
  const quota = `/compute/v2.1/os-quota-sets/${cloud.demo.projectId}`;
  await cloud.admin.send("PUT", quota, { quota_set: { server_groups: 0, force: true } });
  const refused = await cloud.demo.send("POST", groups, {
    server_group: { name: "x", policies: ["affinity"] },
  });
  expect(refused).toMatchObject({
    status: 403,
    body: { forbidden: { message: "Quota exceeded, too many server groups." } },
  });
});
