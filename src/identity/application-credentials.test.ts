import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, tokenAuth, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
let demo: string;
let demoId: string;
let mine: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  demo = await cloud.signIn("demo", passwords.demo, projectScope("demo"));
  demoId = (await cloud.identity.authenticate(demo)).userId;
  mine = `/v3/users/${demoId}/application_credentials`;
});
afterAll(() => cloud.close());

const create = (fields: object, token = demo) =>
  cloud.send("POST", mine, { token, body: { application_credential: fields } });

const issue = (credential: object, scope?: unknown) => {
  const identity = { methods: ["application_credential"], application_credential: credential };
  return cloud.send("POST", "/v3/auth/tokens", { body: { auth: { identity, scope } } });
};

async function signIn({ id, secret }: { id: string; secret: string }): Promise<string> {
  return (await issue({ id, secret })).headers["x-subject-token"] as string;
}

async function make(fields: object): Promise<{ id: string; secret: string }> {
  const answer = await create(fields);
  expect(answer.status).toBe(201);
  return answer.body.application_credential;
}

test("a credential through its life; its secret is shown once", async () => {
  const answer = await create({
    name: "ci",
    description: "builds",
    expires_at: "2099-01-02T03:04:05.678901",
  });
  expect(answer.status).toBe(201);
  const { secret, ...shown } = answer.body.application_credential;
  expect(secret).toMatch(/^[\w-]{86}$/);
  expect(shown).toMatchObject({
    name: "ci",
    description: "builds",
    unrestricted: false,
    expires_at: "2099-01-02T03:04:05.678901",
    roles: [{ name: "member" }, { name: "reader" }],
  });
  expect(shown).not.toHaveProperty("access_rules");
  const row = await cloud.database.db
    .selectFrom("identity_application_credentials")
    .select("secret_hash")
    .executeTakeFirstOrThrow();
  expect(row.secret_hash).toMatch(/^\$argon2id\$/);
  expect((await create({ name: "ci" })).status).toBe(409);
  const path = `${mine}/${shown.id}`;
  expect((await cloud.send("GET", path, { token: demo })).body.application_credential).toEqual(shown);
  const list = await cloud.send("GET", `${mine}?name=ci`, { token: demo });
  expect(list.body.application_credentials).toEqual([shown]);
  expect((await cloud.send("GET", `${mine}?name=no`, { token: demo })).body.application_credentials).toEqual(
    [],
  );
  const issued = await issue({ id: shown.id, secret });
  expect(issued.status).toBe(201);
  expect(issued.body.token).toMatchObject({
    methods: ["application_credential"],
    user: { id: demoId },
    project: { id: shown.project_id },
    application_credential: { id: shown.id, name: "ci", restricted: true },
  });
  const byName = await issue({ name: "ci", user: { name: "demo", domain: { id: "default" } }, secret });
  expect(byName.status).toBe(201);
  expect((await cloud.send("DELETE", path, { token: demo })).status).toBe(204);
  await expect(cloud.identity.authenticate(issued.headers["x-subject-token"] as string)).rejects.toThrow();
  expect((await issue({ id: shown.id, secret })).status).toBe(401);
  const gone = await cloud.send("GET", path, { token: demo });
  expect([gone.status, gone.body.error.message]).toEqual([
    404,
    `Could not find Application Credential: ${shown.id}.`,
  ]);
});

test("a wrong secret, an unknown credential, a scope and an expired one are 401", async () => {
  const { id, secret } = await make({
    name: "late",
    expires_at: new Date(Date.now() + 60_000).toISOString(),
  });
  for (const refused of [
    await issue({ id, secret: "wrong" }),
    await issue({ id: "none", secret }),
    await issue({ name: "late", user: { name: "admin", domain: { id: "default" } }, secret }),
    await issue({ id, secret }, projectScope("demo")),
  ]) {
    expect(refused.status).toBe(401);
  }
  const token = await signIn({ id, secret });
  await expect(cloud.identity.authenticate(token)).resolves.toBeDefined();
  cloud.clock.offsetMs = 61_000;
  await expect(async () => cloud.identity.authenticate(token)).rejects.toThrow();
  expect((await issue({ id, secret })).status).toBe(401);
  cloud.clock.offsetMs = 0;
});

test.each([
  [{ name: "" }],
  [{ name: "x", expires_at: "soon" }],
  [{ name: "x", expires_at: "2001-01-01T00:00:00Z" }],
  [{ name: "x", roles: [{ name: "admin" }] }],
  [{ name: "x", roles: [{ id: "a", name: "b" }] }],
  [{ name: "x", access_rules: [{ service: "compute", method: "BREW", path: "/" }] }],
  [{ name: "x", access_rules: [{ service: "compute", method: "GET", path: "v2" }] }],
  [{ name: "x", access_rules: [{ id: "none" }] }],
  [{ name: "x", colour: "blue" }],
])("the credential %j is 400 and leaves nothing", async (fields) => {
  expect((await create(fields)).status).toBe(400);
  expect((await cloud.send("GET", `${mine}?name=x`, { token: demo })).body.application_credentials).toEqual(
    [],
  );
});

test("a secret does not come back in what is wrong with it", async () => {
  const refused = await create({ name: "x", secret: "do-not-repeat-".repeat(400) });
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([
    400,
    expect.not.stringContaining("repeat"),
  ]);
});

test("roles: a part of the maker's, and only while the user has them", async () => {
  const reader = await make({ name: "reads", roles: [{ name: "reader" }] });
  const member = await make({ name: "writes", roles: [{ name: "member" }] });
  const roles = async (token: string) => (await cloud.identity.authenticate(token)).roles;
  expect(await roles(await signIn(reader))).toEqual(["reader"]);
  expect(await roles(await signIn(member))).toEqual(["member", "reader"]);
});

test("a restricted one manages no others, an unrestricted one does", async () => {
  const restricted = await signIn(await make({ name: "restricted" }));
  const refused = await create({ name: "more" }, restricted);
  expect([refused.status, refused.body.error.message]).toEqual([
    403,
    "You are not authorized to perform the requested action: Using method 'application_credential' is not allowed " +
      "for managing additional application credentials.",
  ]);
  const victim = await make({ name: "victim" });
  expect((await cloud.send("DELETE", `${mine}/${victim.id}`, { token: restricted })).status).toBe(403);
  const free = await signIn(await make({ name: "free", unrestricted: true }));
  expect((await create({ name: "more" }, free)).status).toBe(201);
});

test("a token got by a credential's token stays within it", async () => {
  const { id, secret } = await make({ name: "narrow", roles: [{ name: "reader" }] });
  const token = await signIn({ id, secret });
  const again = await cloud.send("POST", "/v3/auth/tokens", { body: tokenAuth(token) });
  expect(again.body.token).toMatchObject({ roles: [{ name: "reader" }], application_credential: { id } });
  const wider = await cloud.send("POST", "/v3/auth/tokens", { body: tokenAuth(token, projectScope("demo")) });
  expect(wider.status).toBe(401);
});

test("only the owner makes and removes; an administrator looks and removes", async () => {
  const { id } = await make({ name: "private" });
  expect((await create({ name: "foreign" }, admin)).status).toBe(403);
  const adminId = (await cloud.identity.authenticate(admin)).userId;
  // Under the caller's own path: the credential's owner decides.
  const other = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  const made = await cloud.send("POST", `/v3/users/${adminId}/application_credentials`, {
    token: other,
    body: { application_credential: { name: "admins" } },
  });
  const stolen = await cloud.send("GET", `${mine}/${made.body.application_credential.id}`, { token: demo });
  expect(stolen.status).toBe(403);
  expect((await cloud.send("GET", `${mine}/${id}`, { token: admin })).status).toBe(200);
  expect((await cloud.send("DELETE", `${mine}/${id}`, { token: admin })).status).toBe(204);
});

test("access rules hold at once, are shared, and stay while they are used", async () => {
  const path = `/v3/users/${demoId}/access_rules`;
  const rule = { service: "identity", method: "GET", path: "/v3/users/*/projects" };
  const first = await make({ name: "ruled", access_rules: [rule] });
  const second = await make({ name: "ruled too", access_rules: [rule] });
  const rules = (await cloud.send("GET", path, { token: demo })).body.access_rules;
  expect(rules).toMatchObject([rule]);
  const one = `${path}/${rules[0].id}`;
  expect((await cloud.send("GET", one, { token: demo })).body.access_rule).toMatchObject(rule);
  expect((await cloud.send("GET", `${path}?service=image`, { token: demo })).body.access_rules).toEqual([]);
  expect((await cloud.send("GET", one, { token: admin })).status).toBe(403);

  const token = await signIn(first);
  const described = await cloud.send("GET", `/v3/users/${demoId}/projects`, { token });
  expect(described.status).toBe(200);
  expect((await cloud.send("GET", "/v3/regions", { token })).status).toBe(401);
  const validated = await cloud.send("GET", "/v3/auth/tokens", { token, subject: token });
  const { id } = rules[0];
  expect(validated.body.token.application_credential.access_rules).toEqual([{ id, ...rule }]);

  const used = await cloud.send("DELETE", one, { token: demo });
  expect([used.status, used.body.error.message]).toEqual([403, "May not delete access rule in use"]);
  for (const credential of [first, second])
    await cloud.send("DELETE", `${mine}/${credential.id}`, { token: demo });
  expect((await cloud.send("DELETE", one, { token: demo })).status).toBe(204);
  expect((await cloud.send("DELETE", one, { token: demo })).status).toBe(404);
});

test("credentials go with the role, with the user's being disabled, and with the user", async () => {
  const user = (
    await cloud.send("POST", "/v3/users", {
      token: admin,
      body: { user: { name: "eve", password: "eve-1" } },
    })
  ).body.user;
  const project = (await cloud.send("GET", "/v3/projects?name=demo", { token: admin })).body.projects[0].id;
  const member = (await cloud.send("GET", "/v3/roles?name=member", { token: admin })).body.roles[0].id;
  const grant = `/v3/projects/${project}/users/${user.id}/roles/${member}`;
  const path = `/v3/users/${user.id}/application_credentials`;
  const left = async () =>
    (await cloud.send("GET", path, { token: admin })).body.application_credentials.length;
  const makeOne = async () => {
    await cloud.send("PUT", grant, { token: admin });
    const token = await cloud.signIn("eve", "eve-1", projectScope("demo"));
    const rule = { service: "compute", method: "GET", path: "/**" };
    const body = { application_credential: { name: "one", access_rules: [rule] } };
    expect((await cloud.send("POST", path, { token, body })).status).toBe(201);
  };
  const enable = (enabled: boolean) =>
    cloud.send("PATCH", `/v3/users/${user.id}`, { token: admin, body: { user: { enabled } } });
  await makeOne();
  await cloud.send("DELETE", grant, { token: admin });
  expect(await left()).toBe(0);
  await makeOne();
  await enable(false);
  expect(await left()).toBe(0);
  await enable(true);
  await makeOne();
  expect((await cloud.send("DELETE", `/v3/users/${user.id}`, { token: admin })).status).toBe(204);
  const rows = await cloud.database.db
    .selectFrom("identity_application_credentials")
    .select("id")
    .where("user_id", "=", user.id)
    .execute();
  expect(rows).toEqual([]);
});
