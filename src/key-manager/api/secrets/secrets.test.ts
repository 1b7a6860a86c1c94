import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startKeyManager, type TestKeyManager } from "../../testing/start-key-manager.ts";

let cloud: TestKeyManager;
beforeAll(async () => {
  cloud = await startKeyManager();
});
afterAll(() => cloud.close());

const owner = "p1/owner/member";

async function store(body: object, token = owner): Promise<string> {
  const answer = await cloud.send(token, "POST", "/v1/secrets", body);
  expect(answer.status, answer.text).toBe(201);
  const ref: string = answer.json["secret_ref"] ?? "";
  expect(answer.headers["location"]).toBe(ref);
  return new URL(ref).pathname.slice("/key-manager".length);
}

const storeText = (name: string, token = owner): Promise<string> =>
  store({ name, payload: "a text", payload_content_type: "text/plain" }, token);

test("versions need no token", async () => {
  const list = await cloud.send("", "GET", "/");
  expect(list.status).toBe(300);
  expect(list.json).toMatchObject({
    versions: { values: [{ id: "v1", links: [{ href: "http://cloud.test:8700/key-manager/v1/" }, {}] }] },
  });
  const one = await cloud.send("", "GET", "/v1/");
  expect([one.status, one.json["version"]]).toMatchObject([200, { id: "v1", status: "stable" }]);
  const newest = { "openstack-api-version": "key-manager 1.1" };
  const versions = [{ id: "v1", status: "CURRENT", min_version: "1.0", max_version: "1.2" }];
  expect((await cloud.send("", "GET", "/", undefined, newest)).json).toMatchObject({ versions });
  expect((await cloud.send("", "GET", "/v1/", undefined, newest)).json).toMatchObject({
    version: versions[0],
  });
});

test("a passphrase of 512 bytes, as Nova stores it", async () => {
  const payload = randomBytes(512);
  const path = await store({
    name: "vTPM secret for instance 1",
    secret_type: "passphrase",
    payload: payload.toString("base64"),
    payload_content_type: "application/octet-stream",
    payload_content_encoding: "base64",
  });
  const shown = await cloud.send(owner, "GET", path, undefined, { accept: "application/json" });
  expect(shown.json).toEqual({
    created: "2026-11-22T10:00:00.000000",
    updated: "2026-11-22T10:00:00.000000",
    status: "ACTIVE",
    name: "vTPM secret for instance 1",
    secret_type: "passphrase",
    expiration: null,
    algorithm: null,
    bit_length: null,
    mode: null,
    creator_id: "owner",
    content_types: { default: "application/octet-stream" },
    secret_ref: `http://cloud.test:8700/key-manager${path}`,
  });
  const read = await cloud.send(owner, "GET", `${path}/payload`, undefined, {
    accept: "application/octet-stream",
  });
  expect([read.status, read.headers["content-type"]]).toEqual([200, "application/octet-stream"]);
  expect(read.bytes).toEqual(payload);
  const asText = await cloud.send(owner, "GET", `${path}/payload`, undefined, { accept: "text/plain" });
  expect(asText.status).toBe(406);
  expect(asText.json).toMatchObject({ code: 406, title: "Not Acceptable" });
});

test("text comes back as text, as bytes, and in the older way", async () => {
  const path = await storeText("text");
  const text = await cloud.send(owner, "GET", `${path}/payload`, undefined, { accept: "text/plain" });
  expect([text.text, text.headers["content-type"]]).toEqual(["a text", "text/plain"]);
  const bytes = await cloud.send(owner, "GET", `${path}/payload`);
  expect([bytes.text, bytes.headers["content-type"]]).toEqual(["a text", "application/octet-stream"]);
  expect((await cloud.send(owner, "GET", path, undefined, { accept: "text/plain" })).text).toBe("a text");
  expect((await cloud.send(owner, "GET", `${path}/payload`, undefined, { accept: "image/png" })).status).toBe(
    406,
  );
});

test("two steps: metadata first, the payload once", async () => {
  const path = await store({
    name: "later",
    algorithm: "aes",
    bit_length: 256,
    mode: "cbc",
    secret_type: "symmetric",
  });
  expect((await cloud.send(owner, "GET", path)).json).not.toHaveProperty("content_types");
  const none = await cloud.send(owner, "GET", `${path}/payload`);
  expect([none.status, none.json["description"]]).toEqual([
    404,
    "Not Found. Sorry but your secret has no payload.",
  ]);
  const put = (body: string | Buffer, headers: Record<string, string>): Promise<{ status: number }> =>
    cloud.send(owner, "PUT", path, body, headers);
  expect((await put("{}", { "content-type": "application/json" })).status).toBe(415);
  expect((await put("x", {})).status).toBe(415);
  expect((await put("", { "content-type": "text/plain" })).status).toBe(400);
  expect((await put(Buffer.of(0xff), { "content-type": "text/plain" })).status).toBe(400);
  expect((await put(Buffer.alloc(20_001), { "content-type": "application/octet-stream" })).status).toBe(413);
  expect(
    (await put("AAEC", { "content-type": "application/octet-stream", "content-encoding": "zip" })).status,
  ).toBe(400);
  const encoded = { "content-type": "application/octet-stream", "content-encoding": "base64" };
  expect((await put("AAE", encoded)).status).toBe(400);
  // As Python reads it.
  expect((await put("A!A E\nC", encoded)).status).toBe(204);
  expect((await cloud.send(owner, "GET", `${path}/payload`)).bytes).toEqual(Buffer.of(0, 1, 2));
  const again = await put("AAEC", { "content-type": "text/plain" });
  expect(again).toMatchObject({
    status: 409,
    json: { description: "Secret already has data, cannot modify it." },
  });
});

test.each([
  [{ secret_type: "nonsense" }],
  [{ bit_length: 0 }],
  [{ bit_length: "256" }],
  [{ name: "a".repeat(256) }],
  [{ expiration: "2020-01-01T00:00:00" }],
  [{ expiration: "soon" }],
  [{ payload: "x" }],
  [{ payload_content_type: "text/plain" }],
])("%j is a 400 and stores nothing", async (body) => {
  const before = (await cloud.send(owner, "GET", "/v1/secrets")).json["total"];
  const answer = await cloud.send(owner, "POST", "/v1/secrets", body);
  expect([answer.status, answer.json["code"]]).toEqual([400, 400]);
  expect((await cloud.send(owner, "GET", "/v1/secrets")).json["total"]).toBe(before);
});

test("20 000 bytes are the limit, and a refusal does not repeat the payload", async () => {
  const text = (size: number): object => ({ payload: "s".repeat(size), payload_content_type: "text/plain" });
  await store(text(20_000));
  const large = await cloud.send(owner, "POST", "/v1/secrets", text(20_001));
  expect([large.status, large.json["description"]]).toEqual([
    413,
    "Provided information too large to process",
  ]);
  const wrong = await cloud.send(owner, "POST", "/v1/secrets", {
    payload: ["hunter2"],
    payload_content_type: "text/plain",
  });
  expect(wrong.status).toBe(400);
  expect(wrong.text).not.toContain("hunter2");
});

test("the list is the project's own, filtered, sorted, paged", async () => {
  const token = "p-list/u/member";
  for (let index = 0; index < 12; index += 1) {
    cloud.advance(1_000);
    await storeText(`name-${String(index).padStart(2, "0")}`, token);
  }
  await store(
    { name: "key", secret_type: "symmetric", algorithm: "aes", bit_length: 256, mode: "ctr" },
    token,
  );
  await storeText("foreign", "p-other/u/member");
  const names = async (query: string): Promise<string[]> => {
    const { secrets } = (await cloud.send(token, "GET", `/v1/secrets${query}`)).json as unknown as {
      secrets: { name: string }[];
    };
    return secrets.map(({ name }) => name);
  };
  const first = (await cloud.send(token, "GET", "/v1/secrets?sort=name:desc&limit=5&offset=5")).json;
  expect(first).toMatchObject({
    total: 13,
    next: "http://cloud.test:8700/key-manager/v1/secrets?limit=5&offset=10&sort=name%3Adesc",
    previous: "http://cloud.test:8700/key-manager/v1/secrets?limit=5&offset=0&sort=name%3Adesc",
  });
  expect(await names("")).toHaveLength(10);
  expect(await names("?sort=name:desc&limit=2")).toEqual(["name-11", "name-10"]);
  expect(await names("?name=name-03")).toEqual(["name-03"]);
  expect(await names("?alg=aes&bits=256&mode=ctr&secret_type=symmetric")).toEqual(["key"]);
  expect(await names("?alg=des")).toEqual([]);
  expect(await names("?sort=created:desc&limit=1&created=lt:2026-11-22T10:00:03")).toEqual(["name-01"]);
  expect((await cloud.send(token, "GET", "/v1/secrets?sort=nonsense")).status).toBe(400);
});

test("an expired secret is gone", async () => {
  const expiration = "2030-01-01T00:00:00";
  const path = await store(
    { name: "short", payload: "x", payload_content_type: "text/plain", expiration },
    "p-exp/u/member",
  );
  expect((await cloud.send("p-exp/u/member", "GET", path)).json["expiration"]).toBe(
    "2030-01-01T00:00:00.000000",
  );
  const tenYears = 10 * 365 * 86_400_000;
  cloud.advance(tenYears);
  expect((await cloud.send("p-exp/u/member", "GET", `${path}/payload`)).status).toBe(404);
  expect((await cloud.send("p-exp/u/member", "GET", "/v1/secrets")).json).toEqual({ secrets: [], total: 0 });
  cloud.advance(-tenYears);
});

test("deleted and unknown are 404, in Barbican's envelope", async () => {
  const path = await storeText("gone");
  expect((await cloud.send(owner, "DELETE", path)).status).toBe(204);
  for (const method of ["GET", "DELETE"] as const) {
    const answer = await cloud.send(owner, method, path);
    expect(answer).toMatchObject({
      status: 404,
      json: { code: 404, title: "Not Found", description: "Secret not found." },
    });
  }
  expect((await cloud.send(owner, "GET", "/v1/secrets/no-uuid")).status).toBe(404);
  expect((await cloud.send("", "GET", path)).status).toBe(401);
});

test("no payload is in the database, its files or the log", async () => {
  const secret = `needle-${randomBytes(12).toString("hex")}`;
  const path = await store({ payload: secret, payload_content_type: "text/plain" });
  expect((await cloud.send(owner, "GET", `${path}/payload`)).text).toBe(secret);
  const needles = [secret, Buffer.from(secret).toString("base64").slice(0, -4)];
  for (const name of await readdir(cloud.folder)) {
    const bytes = await readFile(join(cloud.folder, name));
    for (const needle of needles) expect(bytes.includes(needle), name).toBe(false);
  }
  const rows = await cloud.database.db.selectFrom("key_manager_secrets").selectAll().execute();
  expect(rows.map(({ id }) => id)).toContain(path.split("/").at(-1));
  for (const needle of needles) expect(JSON.stringify([rows, cloud.logged])).not.toContain(needle);
  if (inject("postgresql") === undefined) expect((await readdir(cloud.folder)).length).toBeGreaterThan(2);
});
