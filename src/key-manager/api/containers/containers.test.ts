import { afterAll, beforeAll, expect, test } from "vitest";
import { startKeyManager, type TestKeyManager } from "../../testing/start-key-manager.ts";

let cloud: TestKeyManager;
beforeAll(async () => {
  cloud = await startKeyManager();
});
afterAll(() => cloud.close());

const owner = "p1/owner/member";
const base = "http://cloud.test:8700/key-manager";
const absent = "0e1c5d3a-9b0f-4d35-8a53-6a0d2b1f7c44";

const makeSecret = async (token = owner): Promise<string> =>
  `${base}${await cloud.make(token, "/v1/secrets", {})}`;

test("made, shown, listed, deleted; its secrets stay", async () => {
  const token = "p-life/owner/member";
  const [first, second] = [await makeSecret(token), await makeSecret(token)];
  const references = [
    { name: "one", secret_ref: first },
    { name: null, secret_ref: second },
  ];
  const post = await cloud.send(token, "POST", "/v1/containers", {
    name: " kept ",
    type: "generic",
    secret_refs: references,
  });
  expect(post.status, post.text).toBe(201);
  const ref: string = post.json["container_ref"] ?? "";
  expect(post.headers["location"]).toBe(ref);
  const path = ref.slice(base.length);
  const moment = "2026-11-22T10:00:00.000000";
  const view = {
    created: moment,
    updated: moment,
    status: "ACTIVE",
    name: "kept",
    type: "generic",
    creator_id: "owner",
    secret_refs: references,
    consumers: [],
    container_ref: ref,
  };
  expect((await cloud.send(token, "GET", path)).json).toEqual(view);
  // Lists are in the order of creation.
  cloud.advance(1);
  await cloud.make(token, "/v1/containers", { type: "certificate" });
  const list = async (query: string): Promise<unknown> =>
    (await cloud.send(token, "GET", `/v1/containers${query}`)).json;
  expect(await list("?limit=1")).toEqual({
    containers: [view],
    next: `${base}/v1/containers?limit=1&offset=1`,
    total: 2,
  });
  expect(await list("?name=kept")).toEqual({ containers: [view], total: 1 });
  expect(await list("?type=certificate&limit=1")).toMatchObject({
    containers: [{ type: "certificate", name: null }],
    total: 1,
  });
  expect((await cloud.send(token, "DELETE", path)).status).toBe(204);
  const gone = await cloud.send(token, "GET", path);
  expect([gone.status, gone.json["description"]]).toEqual([404, "Secrets container not found."]);
  expect((await cloud.send(token, "GET", first.slice(base.length))).status).toBe(200);
});

test("secrets are added to a generic one, and removed", async () => {
  const path = await cloud.make(owner, "/v1/containers", { type: "generic" });
  const secret = await makeSecret();
  const reference = { name: "one", secret_ref: secret };
  const added = await cloud.send(owner, "POST", `${path}/secrets`, reference);
  expect([added.status, added.json, added.headers["location"]]).toEqual([
    201,
    { container_ref: base + path },
    base + path,
  ]);
  const again = await cloud.send(owner, "POST", `${path}/secrets`, reference);
  expect([again.status, again.json["description"]]).toEqual([
    409,
    expect.stringMatching(/^Conflict\. A secret/),
  ]);
  expect((await cloud.send(owner, "POST", `${path}/secrets`, { secret_ref: secret })).status).toBe(201);
  const references = async (): Promise<unknown> => (await cloud.send(owner, "GET", path)).json["secret_refs"];
  expect(await references()).toEqual([reference, { name: null, secret_ref: secret }]);
  expect((await cloud.send(owner, "DELETE", `${path}/secrets`, { secret_ref: secret })).status).toBe(204);
  expect(await references()).toEqual([reference]);
  const missing = await cloud.send(owner, "DELETE", `${path}/secrets`, { secret_ref: secret });
  expect([missing.status, missing.json["description"]]).toEqual([
    404,
    "Secret provided is not in the container",
  ]);
  expect((await cloud.send(owner, "DELETE", secret.slice(base.length))).status).toBe(204);
  expect(await references()).toEqual([]);
});

test("what cannot be added", async () => {
  const path = await cloud.make(owner, "/v1/containers", { type: "generic" });
  const foreign = await makeSecret("p2/stranger/member");
  for (const ref of [foreign, `${base}/v1/secrets/${absent}`, `${base}/v1/secrets/nonsense`]) {
    const answer = await cloud.send(owner, "POST", `${path}/secrets`, { secret_ref: ref });
    expect([answer.status, answer.json["description"]]).toEqual([404, "Secret provided doesn't exist."]);
    const body = { type: "generic", secret_refs: [{ name: "x", secret_ref: ref }] };
    const made = await cloud.send(owner, "POST", "/v1/containers", body);
    expect([made.status, made.json["description"]]).toEqual([404, "Secret provided for 'x' doesn't exist."]);
  }
  const rsa = await cloud.make(owner, "/v1/containers", { type: "rsa" });
  const refused = await cloud.send(owner, "POST", `${rsa}/secrets`, { secret_ref: await makeSecret() });
  expect([refused.status, refused.json["description"]]).toEqual([
    400,
    "Only 'generic' containers can be modified.",
  ]);
});

test.each([
  ["generic", ["a", "a"], /Duplicate reference names/],
  ["rsa", ["public_key", "private_key", "private_key_passphrase"], undefined],
  ["rsa", ["public_key", "private_key"], undefined],
  ["rsa", ["public_key"], /minimum required reference names/],
  ["rsa", ["public_key", "private_key", "other"], /reference names are allowed for rsa/],
  ["certificate", ["certificate", "intermediates"], undefined],
  ["certificate", ["private_key"], /minimum required/],
  ["certificate", ["certificate", "other"], /reference names are allowed for certificate/],
] as const)("%s with %j: %s", async (type, names, words) => {
  const refs = [];
  for (const name of names) refs.push({ name, secret_ref: await makeSecret() });
  const answer = await cloud.send(owner, "POST", "/v1/containers", { type, secret_refs: refs });
  if (words === undefined) expect(answer.status, answer.text).toBe(201);
  else expect([answer.status, answer.json["description"]]).toEqual([400, expect.stringMatching(words)]);
});

test("one secret once, and of this cloud", async () => {
  const secret = await makeSecret();
  const body = (refs: string[]): object => ({
    type: "generic",
    secret_refs: refs.map((ref, index) => ({ name: String(index), secret_ref: ref })),
  });
  const twice = await cloud.send(owner, "POST", "/v1/containers", body([secret, secret]));
  expect([twice.status, twice.json["description"]]).toEqual([
    400,
    expect.stringMatching(/Duplicate secret ids/),
  ]);
  const elsewhere = secret.replace("cloud.test", "evil.test");
  const other = await cloud.send(owner, "POST", "/v1/containers", body([elsewhere]));
  expect([other.status, other.json["description"]]).toEqual([400, "Provided field value is not supported"]);
});

test.each([[{}], [{ type: "nonsense" }], [{ type: "generic", secret_refs: [{ name: "x" }] }]])(
  "%j is refused",
  async (body) => {
    expect((await cloud.send(owner, "POST", "/v1/containers", body)).status).toBe(400);
  },
);

test("consumers, which do not keep it from deletion", async () => {
  const path = await cloud.make(owner, "/v1/containers", { type: "generic" });
  const consumers = `${path}/consumers`;
  const [one, two] = [
    { name: "one", URL: "url1" },
    { name: "two", URL: "url2" },
  ];
  const first = await cloud.send(owner, "POST", consumers, one);
  expect([first.status, first.json["container_ref"], first.json["consumers"]]).toEqual([
    200,
    base + path,
    [one],
  ]);
  await cloud.send(owner, "POST", consumers, one);
  await cloud.send(owner, "POST", consumers, two);
  expect((await cloud.send(owner, "GET", `${consumers}?limit=1&offset=1`)).json).toMatchObject({
    consumers: [{ ...two, status: "ACTIVE" }],
    previous: `${base}${consumers}?limit=1&offset=0`,
    total: 2,
  });
  const ended = await cloud.send(owner, "DELETE", consumers, one);
  expect([ended.status, ended.json["consumers"]]).toEqual([200, [two]]);
  expect((await cloud.send(owner, "DELETE", consumers, one)).status).toBe(404);
  expect((await cloud.send(owner, "DELETE", path)).status).toBe(204);
  expect(await cloud.database.db.selectFrom("key_manager_container_consumers").selectAll().execute()).toEqual(
    [],
  );
});

test("an ACL's life: implicit, put, patched, deleted", async () => {
  const path = await cloud.make(owner, "/v1/containers", { type: "generic" });
  const acl = async (): Promise<unknown> => (await cloud.send(owner, "GET", `${path}/acl`)).json["read"];
  expect(await acl()).toEqual({ "project-access": true });
  const put = await cloud.send(owner, "PUT", `${path}/acl`, {
    read: { users: ["b", "a", "a"], "project-access": false },
  });
  expect([put.status, put.json]).toEqual([200, { acl_ref: `${base}${path}/acl` }]);
  await cloud.send(owner, "PATCH", `${path}/acl`, { read: { users: ["c"] } });
  expect(await acl()).toMatchObject({ "project-access": false, users: ["c"] });
  const removed = await cloud.send(owner, "DELETE", `${path}/acl`);
  expect([removed.status, removed.text]).toEqual([200, "null"]);
  expect(await acl()).toEqual({ "project-access": true });
});

test("a quota ends creation", async () => {
  const quotas = { project_quotas: { containers: 1 } };
  await cloud.send("p/root/admin", "PUT", "/v1/project-quotas/p-quota", quotas);
  await cloud.make("p-quota/u/member", "/v1/containers", { type: "generic" });
  const more = await cloud.send("p-quota/u/member", "POST", "/v1/containers", { type: "generic" });
  expect([more.status, more.json["description"]]).toEqual([
    403,
    "Container creation issue seen - Creation not allowed because a quota has been reached.",
  ]);
});
