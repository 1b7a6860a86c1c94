import { createPrivateKey, createPublicKey } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { silentLogger } from "#base/logger.ts";
import { createKeyManager } from "../../index.ts";
import { startKeyManager, type TestKeyManager } from "../../testing/start-key-manager.ts";

let cloud: TestKeyManager;
beforeAll(async () => {
  cloud = await startKeyManager();
});
afterAll(() => cloud.close());

const owner = "p1/owner/member";
const base = "http://cloud.test:8700/key-manager";
const aes = { name: "made", algorithm: "AES", bit_length: 256, mode: "cbc" };

type Json = Record<string, never>;

/** As it is once it waits no longer. */
async function ended(path: string, token = owner): Promise<Json> {
  return vi.waitFor(
    async () => {
      const { json } = await cloud.send(token, "GET", path);
      expect(json["status"]).not.toBe("PENDING");
      return json;
    },
    { timeout: 20_000, interval: 20 },
  );
}

const payload = async (ref: string): Promise<Buffer> => {
  const answer = await cloud.send(owner, "GET", `${ref.slice(base.length)}/payload`);
  expect(answer.status, answer.text).toBe(200);
  return answer.bytes;
};

test("a symmetric key", async () => {
  const post = await cloud.send(owner, "POST", "/v1/orders", { type: "key", meta: aes });
  expect(post.status, post.text).toBe(202);
  const ref: string = post.json["order_ref"] ?? "";
  expect(post.headers["location"]).toBe(ref);
  const order = await ended(ref.slice(base.length));
  const moment = "2026-11-22T10:00:00.000000";
  expect(order).toEqual({
    created: moment,
    updated: moment,
    status: "ACTIVE",
    type: "key",
    meta: { ...aes, expiration: null },
    sub_status: "Unknown",
    sub_status_message: "Unknown",
    creator_id: "owner",
    secret_ref: expect.stringMatching(/\/v1\/secrets\//),
    order_ref: ref,
  });
  const secretRef: string = order["secret_ref"] ?? "";
  expect((await cloud.send(owner, "GET", secretRef.slice(base.length))).json).toMatchObject({
    name: "made",
    secret_type: "symmetric",
    algorithm: "AES",
    bit_length: 256,
    mode: "cbc",
    creator_id: "owner",
    content_types: { default: "application/octet-stream" },
  });
  const first = await payload(secretRef);
  expect(first).toHaveLength(32);
  const second = await ended(await cloud.make(owner, "/v1/orders", { type: "key", meta: aes }));
  expect(await payload(second["secret_ref"] ?? "")).not.toEqual(first);
});

test("an order shows its content type as it was given, and its expiration in UTC to the microsecond", async () => {
  const given = { ...aes, payload_content_type: "text/plain; charset=utf-8" };
  for (const [expiration, shown] of [
    ["2026-12-03T04:05:09.9164091+01:00", "2026-12-03T03:05:09.916409"],
    ["2026-12-03T03:05:09-01", "2026-12-03T04:05:09"],
  ]) {
    const order = await ended(
      await cloud.make(owner, "/v1/orders", { type: "key", meta: { ...given, expiration } }),
    );
    expect(order["meta"]).toEqual({ ...given, expiration: shown });
    const secret = await cloud.send(owner, "GET", String(order["secret_ref"]).slice(base.length));
    expect(secret.json["content_types"]).toEqual({ default: "text/plain" });
  }
});

test.each([
  ["rsa", 1024, "pem"],
  ["ec", 256, "pem"],
] as const)("a pair of %s keys in a container", async (algorithm, bits, format) => {
  const meta = { algorithm, bit_length: bits, passphrase: "open sesame", name: "pair" };
  const path = await cloud.make(owner, "/v1/orders", { type: "asymmetric", meta });
  const order = await ended(path);
  expect(JSON.stringify(order)).not.toContain("sesame");
  const containerRef: string = order["container_ref"] ?? "";
  const container = (await cloud.send(owner, "GET", containerRef.slice(base.length))).json;
  expect(container).toMatchObject({ type: algorithm, name: "pair", creator_id: "owner" });
  const references = container["secret_refs"] as unknown as { name: string; secret_ref: string }[];
  const refs = Object.fromEntries(references.map(({ name, secret_ref: ref }) => [name, ref]));
  expect(Object.keys(refs)).toEqual(["private_key", "public_key", "private_key_passphrase"]);
  const passphrase = await payload(refs["private_key_passphrase"] ?? "");
  expect(passphrase.toString()).toBe("open sesame");
  const key = await payload(refs["private_key"] ?? "");
  const privateKey = createPrivateKey({ key, format, passphrase });
  const publicKey = createPublicKey({ key: await payload(refs["public_key"] ?? ""), format });
  expect(createPublicKey(privateKey).equals(publicKey)).toBe(true);
  const types = [];
  for (const ref of Object.values(refs))
    types.push((await cloud.send(owner, "GET", ref.slice(base.length))).json["secret_type"]);
  expect(types).toEqual(["private", "public", "passphrase"]);
});

test("the passphrase is nowhere in the clear while the order waits, and nowhere at all afterwards", async () => {
  const meta = { algorithm: "rsa", bit_length: 1024, passphrase: "needle-in-the-order" };
  const path = await cloud.make(owner, "/v1/orders", { type: "asymmetric", meta });
  const rows = async (): Promise<string> =>
    JSON.stringify(await cloud.database.db.selectFrom("key_manager_orders").selectAll().execute());
  const needles = ["needle-in-the-order", Buffer.from("needle-in-the-order").toString("base64").slice(0, -4)];
  for (const needle of needles) expect((await rows()) + JSON.stringify(cloud.logged)).not.toContain(needle);
  await ended(path);
  const row = await cloud.database.db
    .selectFrom("key_manager_orders")
    .select("sealed_passphrase")
    .where("id", "=", path.split("/").at(-1) ?? "")
    .executeTakeFirstOrThrow();
  expect(row.sealed_passphrase).toBeNull();
});

test.each([
  ["key", { algorithm: "rot13", bit_length: 128 }],
  ["key", { algorithm: "aes", bit_length: 64 }],
  ["key", { algorithm: "toString", bit_length: 64 }],
  ["asymmetric", { algorithm: "aes", bit_length: 128 }],
  ["asymmetric", { algorithm: "rsa", bit_length: 512 }],
])("an order of type %s with %j ends in an error", async (type, meta) => {
  const order = await ended(await cloud.make(owner, "/v1/orders", { type, meta }));
  expect(order).toMatchObject({
    status: "ERROR",
    error_status_code: "400",
    error_reason: expect.stringMatching(/^Process TypeOrder issue seen - Secret generate supported plugin/),
  });
});

test.each([
  [{ type: "certificate", meta: {} }],
  [{ type: "key" }],
  [{ type: "key", meta: { algorithm: "aes" } }],
  [{ type: "key", meta: { bit_length: 256 } }],
  [{ type: "key", meta: { ...aes, bit_length: 255 } }],
  [{ type: "key", meta: { ...aes, payload: "mine" } }],
  [{ type: "key", meta: { ...aes, payload_content_type: "image/png" } }],
  [{ type: "key", meta: { ...aes, expiration: "2020-01-01" } }],
])("%j is refused", async (body) => {
  const before = (await cloud.send(owner, "GET", "/v1/orders")).json["total"];
  expect((await cloud.send(owner, "POST", "/v1/orders", body)).status).toBe(400);
  expect((await cloud.send(owner, "GET", "/v1/orders")).json["total"]).toBe(before);
});

test("the list, the deletion, which leaves the key, and no update", async () => {
  const token = "p-list/u/member";
  const first = await cloud.make(token, "/v1/orders", { type: "key", meta: aes });
  const second = await cloud.make(token, "/v1/orders", { type: "key", meta: aes });
  const { secret_ref: secretRef = "" } = await ended(first, token);
  await ended(second, token);
  expect((await cloud.send(token, "GET", "/v1/orders?limit=1")).json).toMatchObject({
    orders: [{ type: "key" }],
    next: `${base}/v1/orders?limit=1&offset=1`,
    total: 2,
  });
  expect((await cloud.send(token, "DELETE", first)).status).toBe(204);
  const gone = await cloud.send(token, "GET", first);
  expect([gone.status, gone.json["description"]]).toEqual([404, "Order not found."]);
  expect((await cloud.send(token, "GET", secretRef.slice(base.length))).status).toBe(200);
  const put = await cloud.send(token, "PUT", "/v1/orders", {});
  expect([put.status, put.json["description"]]).toEqual([405, "Order update is not supported."]);
});

test("who may", async () => {
  const path = await cloud.make(owner, "/v1/orders", { type: "key", meta: aes });
  const status = async (token: string, method: "GET" | "POST" | "DELETE", url: string): Promise<number> =>
    (await cloud.send(token, method, url, method === "POST" ? { type: "key", meta: aes } : undefined)).status;
  for (const role of ["member", "admin", "creator", "observer", "audit", "key-manager:service-admin"])
    expect(await status(`p1/second/${role}`, "GET", path), role).toBe(200);
  expect(await status("p1/second/reader", "GET", path)).toBe(403);
  for (const role of ["reader", "observer", "audit", "creator"])
    expect(await status(`p1/second/${role}`, "DELETE", path), role).toBe(403);
  for (const role of ["member", "admin"]) {
    expect(await status(`p2/stranger/${role}`, "GET", path), role).toBe(404);
    expect(await status(`p2/stranger/${role}`, "DELETE", path), role).toBe(404);
  }
  for (const role of ["reader", "observer", "audit"])
    expect(await status(`p1/second/${role}`, "POST", "/v1/orders"), role).toBe(403);
  for (const role of ["creator", "admin"])
    expect(await status(`p1/second/${role}`, "POST", "/v1/orders"), role).toBe(202);
  expect(await status("p1/second/audit", "GET", "/v1/orders")).toBe(403);
  expect(await status("p1/second/member", "DELETE", path)).toBe(204);
});

test("what is deleted meanwhile makes nothing", async () => {
  const token = "p-gone/u/member";
  const meta = { algorithm: "rsa", bit_length: 4096 };
  // The POST waits for its order for a moment, in which the keys may be made: it is deleted under it.
  const asked = cloud.make(token, "/v1/orders", { type: "asymmetric", meta });
  const claimed = cloud.database.db
    .selectFrom("key_manager_orders")
    .select("id")
    .where("project_id", "=", "p-gone")
    .where("claim", "is not", null);
  const { id } = await vi.waitFor(() => claimed.executeTakeFirstOrThrow(), { interval: 1 });
  expect((await cloud.send(token, "DELETE", `/v1/orders/${id}`)).status).toBe(204);
  await asked;
  await vi.waitFor(
    () => expect(cloud.logged).toContainEqual(expect.objectContaining({ projectId: "p-gone" })),
    { timeout: 20_000 },
  );
  expect((await cloud.send(token, "GET", "/v1/containers")).json).toEqual({ containers: [], total: 0 });
  expect((await cloud.send(token, "GET", "/v1/secrets")).json).toEqual({ secrets: [], total: 0 });
});

test("the next start takes up what a killed process left, and leaves alone what another works on", async () => {
  const now = Date.parse("2026-11-22T10:00:00Z");
  const order = {
    project_id: "p1",
    creator_id: "owner",
    type: "key",
    meta: JSON.stringify({ ...aes, expiration: null }),
    status: "PENDING",
    secret_id: null,
    container_id: null,
    error_status_code: null,
    error_reason: null,
    passphrase_secret_id: null,
    project_key_id: null,
    sealed_passphrase: null,
    claim: "somebody",
    created_at: now,
    updated_at: now,
  };
  const [left, held] = ["0e1c5d3a-9b0f-4d35-8a53-6a0d2b1f7c41", "0e1c5d3a-9b0f-4d35-8a53-6a0d2b1f7c42"];
  await cloud.database.transaction(async (tx) => {
    const rows = [
      { ...order, id: left, claimed_until: now - 1 },
      { ...order, id: held, claimed_until: now + 1 },
    ];
    await tx.insertInto("key_manager_orders").values(rows).execute();
  });
  const { database, masterKeyPath } = cloud;
  const clock = { now: () => now };
  const next = await createKeyManager({ database, masterKeyPath, clock, log: silentLogger });
  next.start();
  expect((await ended(`/v1/orders/${left}`))["status"]).toBe("ACTIVE");
  await next.stop();
  expect((await cloud.send(owner, "GET", `/v1/orders/${held}`)).json["status"]).toBe("PENDING");
});

test("a symmetric key is there as soon as its order was answered", async () => {
  const order = await cloud.make(owner, "/v1/orders", { type: "key", meta: aes });
  expect((await cloud.send(owner, "GET", order)).json).toMatchObject({
    status: "ACTIVE",
    secret_ref: expect.stringContaining("/v1/secrets/"),
  });
});

test("what does not fit the schema is said in Barbican's words, without the passphrase", async () => {
  const said = async (body: object): Promise<unknown> => {
    const { status, json } = await cloud.send(owner, "POST", "/v1/orders", body);
    expect(status).toBe(400);
    return json["description"];
  };
  expect(await said({ type: "bad", meta: aes })).toBe(
    "Provided object does not match schema 'Order': 'bad' is not one of ['key', 'asymmetric']. Invalid property: 'type'",
  );
  expect(await said({ type: "key" })).toBe(
    "Provided object does not match schema 'Order': 'meta' is a required property. Invalid property: 'None'",
  );
  const passphrase = "open sesame".repeat(30);
  expect(await said({ type: "asymmetric", meta: { ...aes, passphrase } })).toBe(
    "Provided object does not match schema 'Order': '[hidden]' is not valid under any of the given schemas. " +
      "Invalid property: 'meta.passphrase'",
  );
});
