import { afterAll, beforeAll, expect, test } from "vitest";
import { startKeyManager, type TestKeyManager } from "../../testing/start-key-manager.ts";

let cloud: TestKeyManager;
beforeAll(async () => {
  cloud = await startKeyManager();
});
afterAll(() => cloud.close());

const serviceAdmin = "p-keys/root/key-manager:service-admin";
const none = { secrets: null, orders: null, containers: null, consumers: null, cas: null };
const unlimited = { secrets: -1, orders: -1, containers: -1, consumers: -1, cas: -1 };

async function limit(projectId: string, quotas: object): Promise<void> {
  const put = await cloud.send(serviceAdmin, "PUT", `/v1/project-quotas/${projectId}`, {
    project_quotas: quotas,
  });
  expect(put.status, put.text).toBe(204);
}

test("set, shown, listed, taken away", async () => {
  const path = "/v1/project-quotas/p-set";
  const before = await cloud.send(serviceAdmin, "GET", path);
  expect([before.status, before.json["description"]]).toEqual([404, "Project quotas not found."]);
  await limit("p-set", { secrets: 5, orders: 0 });
  await limit("p-set", { secrets: 6 });
  expect((await cloud.send(serviceAdmin, "GET", path)).json).toEqual({
    project_quotas: { ...none, secrets: 6 },
  });
  expect((await cloud.send("p-set/u/reader", "GET", "/v1/quotas")).json).toEqual({
    quotas: { ...unlimited, secrets: 6 },
  });
  expect((await cloud.send("p-free/u/reader", "GET", "/v1/quotas")).json).toEqual({ quotas: unlimited });
  await limit("p-set-too", {});
  expect((await cloud.send(serviceAdmin, "GET", "/v1/project-quotas?limit=1&offset=1")).json).toEqual({
    project_quotas: [{ project_id: "p-set-too", project_quotas: none }],
    previous: "http://cloud.test:8700/key-manager/v1/project-quotas?limit=1&offset=0",
    total: 2,
  });
  expect((await cloud.send(serviceAdmin, "DELETE", path)).status).toBe(204);
  expect((await cloud.send(serviceAdmin, "DELETE", path)).status).toBe(404);
});

test.each([[{}], [{ project_quotas: { secrets: "5" } }], [{ project_quotas: { bananas: 5 } }]])(
  "%j is refused",
  async (body) => {
    expect((await cloud.send(serviceAdmin, "PUT", "/v1/project-quotas/p-bad", body)).status).toBe(400);
  },
);

test("who may set them", async () => {
  for (const token of ["p1/u/member", "p1/u/reader", "p1/u/creator"]) {
    const answer = await cloud.send(token, "PUT", "/v1/project-quotas/p1", { project_quotas: {} });
    expect([answer.status, answer.json["description"]]).toEqual([
      403,
      "Project Quotas attempt not allowed - please review your user/project privileges",
    ]);
    expect((await cloud.send(token, "GET", "/v1/project-quotas")).status).toBe(403);
    expect((await cloud.send(token, "DELETE", "/v1/project-quotas/p1")).status).toBe(403);
  }
  expect((await cloud.send("p1/u/", "GET", "/v1/quotas")).status).toBe(403);
});

test("a quota ends creation", async () => {
  const owner = "p-quota/u/member";
  await limit("p-quota", { secrets: 2, consumers: 1 });
  const secret = await cloud.make(owner, "/v1/secrets", {});
  await cloud.make(owner, "/v1/secrets", {});
  const words = "issue seen - Creation not allowed because a quota has been reached.";
  const third = await cloud.send(owner, "POST", "/v1/secrets", {});
  expect([third.status, third.json["description"]]).toEqual([403, `Secret creation ${words}`]);
  const consumer = { service: "s", resource_type: "t", resource_id: "1" };
  expect((await cloud.send(owner, "POST", `${secret}/consumers`, consumer)).status).toBe(200);
  const more = await cloud.send(owner, "POST", `${secret}/consumers`, { ...consumer, resource_id: "2" });
  expect([more.status, more.json["description"]]).toEqual([403, `SecretConsumer creation ${words}`]);
  await cloud.send(owner, "DELETE", secret);
  await cloud.make(owner, "/v1/secrets", {});
});
