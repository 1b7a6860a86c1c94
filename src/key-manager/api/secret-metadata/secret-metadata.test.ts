import { afterAll, beforeAll, expect, test } from "vitest";
import { startKeyManager, type TestKeyManager } from "../../testing/start-key-manager.ts";

let cloud: TestKeyManager;
let path: string;
beforeAll(async () => {
  cloud = await startKeyManager();
  path = `${await cloud.make(owner, "/v1/secrets", {})}/metadata`;
});
afterAll(() => cloud.close());

const owner = "p1/owner/member";

test("all keys at once, and one at a time", async () => {
  expect((await cloud.send(owner, "GET", path)).json).toEqual({ metadata: {} });
  const put = await cloud.send(owner, "PUT", path, { metadata: { Geo: " here ", "a-b_c": "x" } });
  expect([put.status, put.json]).toEqual([
    201,
    { metadata_ref: `http://cloud.test:8700/key-manager${path}` },
  ]);
  expect((await cloud.send(owner, "GET", path)).json).toEqual({ metadata: { "a-b_c": "x", geo: "here" } });

  const post = await cloud.send(owner, "POST", path, { key: "New", value: "1" });
  expect([post.status, post.json, post.headers["location"]]).toEqual([
    201,
    { key: "new", value: "1" },
    `http://cloud.test:8700/key-manager${path}/new`,
  ]);
  const again = await cloud.send(owner, "POST", path, { key: "new", value: "2" });
  expect([again.status, again.json["description"]]).toEqual([
    409,
    "Conflict. Key in request is already in the secret metadata",
  ]);
  const changed = await cloud.send(owner, "PUT", `${path}/new`, { key: "new", value: "2" });
  expect([changed.status, changed.json]).toEqual([200, { key: "new", value: "2" }]);
  expect((await cloud.send(owner, "GET", `${path}/new`)).json).toEqual({ key: "new", value: "2" });
  expect((await cloud.send(owner, "PUT", `${path}/new`, { key: "old", value: "2" })).status).toBe(409);
  expect((await cloud.send(owner, "DELETE", `${path}/new`)).status).toBe(204);
  for (const [method, body] of [
    ["GET", undefined],
    ["PUT", { key: "new", value: "3" }],
  ] as const) {
    const absent = await cloud.send(owner, method, `${path}/new`, body);
    expect([absent.status, absent.json["description"]]).toEqual([404, "Secret metadata not found."]);
  }
  await cloud.send(owner, "PUT", path, { metadata: { other: "x" } });
  expect((await cloud.send(owner, "GET", path)).json).toEqual({ metadata: { other: "x" } });
});

test.each([
  [{ metadata: { a: 1 } }, "Invalid Metadata. Keys and Values must be Strings."],
  [{ metadata: { "a/b": "x" } }, "Invalid Key. Key must be URL safe."],
  [{ metadata: ["a"] }, /metadata/],
  [{}, /metadata/],
])("%j is refused", async (body, words) => {
  const answer = await cloud.send(owner, "PUT", path, body);
  expect([answer.status, answer.json["description"]]).toEqual([400, expect.stringMatching(words)]);
});

test("it goes with its secret", async () => {
  const secret = path.slice(0, -"/metadata".length);
  await cloud.send(owner, "PUT", path, { metadata: { other: "x" } });
  expect((await cloud.send(owner, "DELETE", secret)).status).toBe(204);
  expect((await cloud.send(owner, "GET", path)).status).toBe(404);
  const rows = await cloud.database.db.selectFrom("key_manager_secret_metadata").selectAll().execute();
  expect(rows).toEqual([]);
});
