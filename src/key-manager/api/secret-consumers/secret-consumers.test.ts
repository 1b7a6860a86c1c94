import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startKeyManager, type TestKeyManager } from "../../testing/start-key-manager.ts";

let cloud: TestKeyManager;
let secret: string;
let path: string;
beforeAll(async () => {
  cloud = await startKeyManager();
});
afterAll(() => cloud.close());
beforeEach(async () => {
  secret = await cloud.make(owner, "/v1/secrets", {});
  path = `${secret}/consumers`;
});

const owner = "p1/owner/member";
const volume = { service: "volume", resource_type: "volume", resource_id: "v-1" };
const image = { service: "image", resource_type: "image", resource_id: "i-1" };
const at = (version: string): Record<string, string> => ({
  "openstack-api-version": `key-manager ${version}`,
});

test("registered, listed, ended", async () => {
  const post = await cloud.send(owner, "POST", path, volume);
  expect(post.status, post.text).toBe(200);
  expect(post.json).toMatchObject({ status: "ACTIVE", consumers: [volume] });
  expect((await cloud.send(owner, "POST", path, volume)).json).toMatchObject({ consumers: [volume] });
  await cloud.send(owner, "POST", path, image);
  const moment = "2026-11-22T10:00:00.000000";
  const [first, second] = [image, volume].map((facts) => ({
    created: moment,
    updated: moment,
    status: "ACTIVE",
    ...facts,
  }));
  expect((await cloud.send(owner, "GET", path)).json).toEqual({ consumers: [first, second], total: 2 });
  expect((await cloud.send(owner, "GET", `${path}?limit=1`)).json).toEqual({
    consumers: [first],
    next: `http://cloud.test:8700/key-manager${path}?limit=1&offset=1`,
    total: 2,
  });
  const ended = await cloud.send(owner, "DELETE", path, volume);
  expect([ended.status, ended.json["consumers"]]).toEqual([200, [image]]);
  const absent = await cloud.send(owner, "DELETE", path, volume);
  expect([absent.status, absent.json["description"]]).toEqual([404, "Consumer not found."]);
});

test("a consumer by its id", async () => {
  await cloud.send(owner, "POST", path, volume);
  const row = await cloud.database.db
    .selectFrom("key_manager_secret_consumers")
    .select("id")
    .where("secret_id", "=", secret.split("/").at(-1) ?? "")
    .executeTakeFirstOrThrow();
  expect((await cloud.send(owner, "GET", `${path}/${row.id}`)).json).toMatchObject(volume);
  const other = await cloud.make(owner, "/v1/secrets", {});
  expect((await cloud.send(owner, "GET", `${other}/consumers/${row.id}`)).status).toBe(404);
  expect((await cloud.send(owner, "GET", `${path}/nonsense`)).json["description"]).toBe(
    "Not Found. Provided consumer id is invalid.",
  );
  // Barbican's ids are of version 4, and it knows.
  const foreign = "/v1/secrets/9999999f-ffff-ffff-9fff-f99f999ff9ff/consumers";
  expect((await cloud.send(owner, "GET", foreign)).json["description"]).toBe(
    "Not Found. Provided secret id is invalid.",
  );
});

test("secrets show them from microversion 1.1 on", async () => {
  await cloud.send(owner, "POST", path, volume);
  expect((await cloud.send(owner, "GET", secret)).json).not.toHaveProperty("consumers");
  expect((await cloud.send(owner, "GET", secret, undefined, at("1.1"))).json["consumers"]).toEqual([volume]);
  const list = await cloud.send(owner, "GET", "/v1/secrets?sort=created:desc", undefined, at("1.1"));
  expect(list.json["secrets"]).toContainEqual(expect.objectContaining({ consumers: [volume] }));
  expect(list.json["secrets"]).toContainEqual(expect.objectContaining({ consumers: [] }));
});

test("the deletion of a used secret needs force from microversion 1.2 on", async () => {
  await cloud.send(owner, "POST", path, volume);
  const refused = await cloud.send(owner, "DELETE", secret, undefined, at("1.2"));
  expect([refused.status, refused.json["description"]]).toEqual([
    400,
    expect.stringMatching(/cannot be deleted as it has consumers/),
  ]);
  expect((await cloud.send(owner, "DELETE", `${secret}?force=maybe`, undefined, at("1.2"))).status).toBe(400);
  expect((await cloud.send(owner, "DELETE", `${secret}?force=false`, undefined, at("1.2"))).status).toBe(400);
  expect((await cloud.send(owner, "DELETE", `${secret}?force=true`, undefined, at("1.2"))).status).toBe(204);
  const rows = await cloud.database.db.selectFrom("key_manager_secret_consumers").selectAll().execute();
  expect(rows.filter(({ secret_id: id }) => secret.endsWith(id))).toEqual([]);
});

test("older clients delete it as before", async () => {
  await cloud.send(owner, "POST", path, volume);
  expect((await cloud.send(owner, "DELETE", secret, undefined, at("1.1"))).status).toBe(204);
});

test("only who registered it, or has the secret, ends it", async () => {
  await cloud.send(owner, "PUT", `${secret}/acl`, { read: { users: ["friend", "other"] } });
  expect((await cloud.send("p2/friend/member", "POST", path, volume)).status).toBe(200);
  const refused = await cloud.send("p3/other/member", "DELETE", path, volume);
  expect([refused.status, refused.json["description"]]).toEqual([
    403,
    "Not Allowed. Sorry, only the creator of a consumer can delete it.",
  ]);
  expect((await cloud.send("p2/friend/member", "DELETE", path, volume)).status).toBe(200);
  await cloud.send("p2/friend/member", "POST", path, volume);
  expect((await cloud.send(owner, "DELETE", path, volume)).status).toBe(200);
});

test.each([
  [{ service: "a", resource_type: "b" }],
  [{ service: "", resource_type: "b", resource_id: "c" }],
  [{ service: "a", resource_type: "b", resource_id: 5 }],
])("%j is refused", async (body) => {
  expect((await cloud.send(owner, "POST", path, body)).status).toBe(400);
});
