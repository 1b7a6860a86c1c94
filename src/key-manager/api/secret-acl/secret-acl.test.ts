import { afterAll, beforeAll, expect, test } from "vitest";
import { owner } from "../../testing/callers.ts";
import { startKeyManager, type TestKeyManager } from "../../testing/start-key-manager.ts";

let cloud: TestKeyManager;
beforeAll(async () => {
  cloud = await startKeyManager();
});
afterAll(() => cloud.close());

test("an ACL's life: implicit, put, patched, deleted", async () => {
  const path = await cloud.make(owner, "/v1/secrets", {});
  const acl = async (): Promise<unknown> => (await cloud.send(owner, "GET", `${path}/acl`)).json["read"];
  expect(await acl()).toEqual({ "project-access": true });
  const put = await cloud.send(owner, "PUT", `${path}/acl`, {
    read: { users: ["b", "a", "a"], "project-access": false },
  });
  expect([put.status, put.json]).toEqual([200, { acl_ref: `http://cloud.test:8700/key-manager${path}/acl` }]);
  const created = "2026-11-22T10:00:00.000000";
  expect(await acl()).toEqual({ "project-access": false, users: ["a", "b"], created, updated: created });
  expect((await cloud.send(owner, "PATCH", `${path}/acl`, { read: { users: ["c"] } })).status).toBe(200);
  expect(await acl()).toMatchObject({ "project-access": false, users: ["c"] });
  expect((await cloud.send(owner, "PUT", `${path}/acl`, { read: { nonsense: 1 } })).status).toBe(400);
  expect((await cloud.send(owner, "PUT", `${path}/acl`, { write: { users: [] } })).status).toBe(400);
  const named = (await cloud.send("p9/c/member", "GET", "/v1/secrets?acl_only=true")).json["total"];
  expect(named).toBe(1);
  const removed = await cloud.send(owner, "DELETE", `${path}/acl`);
  expect([removed.status, removed.text]).toEqual([200, "null"]);
  expect(await acl()).toEqual({ "project-access": true });
  expect((await cloud.send(owner, "DELETE", path)).status).toBe(204);
  expect((await cloud.send(owner, "GET", `${path}/acl`)).status).toBe(404);
});
