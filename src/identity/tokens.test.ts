import { afterAll, beforeAll, expect, test } from "vitest";
import { isCloudError } from "#base/errors.ts";
import { Secret } from "#base/secret.ts";
import {
  catalog,
  passwordAuth,
  passwords,
  projectScope,
  startTestCloud,
  tokenAuth,
  type TestCloud,
} from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
let demo: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  [admin, demo] = await Promise.all([
    cloud.signIn("admin", passwords.admin, projectScope("admin")),
    cloud.signIn("demo", passwords.demo, projectScope("demo")),
  ]);
});
afterAll(() => cloud.close());

const tokens = "/v3/auth/tokens";
const roleNames = (roles: { name: string }[]): string[] => roles.map(({ name }) => name).sort();

test("version discovery", async () => {
  for (const path of ["", "/"]) {
    const all = await cloud.send("GET", path);
    expect(all.status).toBe(300);
    expect(all.body.versions.values[0].links[0].href).toMatch(/\/identity\/v3\/$/);
  }
  expect((await cloud.send("GET", "/v3/")).body.version).toMatchObject({ id: "v3.14", status: "stable" });
});

test("a project-scoped token has Keystone's shape, implied roles and the catalogue", async () => {
  const answer = await cloud.send("GET", tokens, { token: admin, subject: admin });
  expect(answer.status).toBe(200);
  expect(answer.headers["x-subject-token"]).toBe(admin);
  const { token } = answer.body;
  expect(token).toMatchObject({
    methods: ["password"],
    user: { name: "admin", domain: { id: "default", name: "Default" }, password_expires_at: null },
    project: { name: "admin", domain: { id: "default", name: "Default" } },
    is_domain: false,
  });
  expect(roleNames(token.roles)).toEqual(["admin", "manager", "member", "reader"]);
  expect(token.expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  expect(Date.parse(token.expires_at) - Date.parse(token.issued_at)).toBe(3_600_000);
  expect(token.audit_ids).toHaveLength(1);
  expect(token.catalog[0]).toMatchObject({ type: "compute", name: "nova" });
  expect(token.catalog[0].endpoints[0]).toMatchObject({ region_id: "RegionOne", interface: "public" });
  const brief = await cloud.send("GET", `${tokens}?nocatalog`, { token: admin, subject: admin });
  expect(brief.body.token).not.toHaveProperty("catalog");
});

test("scopes: default project, unscoped, system, domain", async () => {
  const issue = async (id: string, scope?: unknown) =>
    cloud.send("POST", tokens, { body: tokenAuth(id, scope) });
  expect((await issue(demo)).body.token.project.name).toBe("demo");
  const unscoped = (await issue(demo, { unscoped: {} })).body.token;
  expect(unscoped).not.toHaveProperty("roles");
  expect(unscoped).not.toHaveProperty("catalog");
  const system = await issue(admin, { system: { all: true } });
  expect(system.body.token.system).toEqual({ all: true });
  expect(await cloud.identity.authenticate(system.headers["x-subject-token"] as string)).toMatchObject({
    systemScope: true,
    projectId: undefined,
    roles: ["admin", "manager", "member", "reader"],
  });
  for (const refused of [
    await issue(demo, { system: { all: true } }),
    await issue(demo, projectScope("admin")),
    await issue(demo, projectScope("nowhere")),
    await issue(admin, { domain: { name: "Default" } }),
  ]) {
    expect(refused.status).toBe(401);
    expect(refused.body.error.message).toBe("The request you have made requires authentication.");
  }
  const both = { ...projectScope("demo"), system: { all: true } };
  expect((await issue(demo, both)).status).toBe(400);
});

test("a token got by a token keeps expiry and chain", async () => {
  const parent = (await cloud.send("GET", tokens, { token: demo, subject: demo })).body.token;
  const child = (await cloud.send("POST", tokens, { body: tokenAuth(demo, projectScope("demo")) })).body
    .token;
  expect(child.expires_at).toBe(parent.expires_at);
  expect(child.methods).toEqual(["token", "password"]);
  expect(child.audit_ids[1]).toBe(parent.audit_ids[0]);
});

test.each([
  ["a wrong password", passwordAuth("demo", "no")],
  ["an unknown user", passwordAuth("nobody", "no")],
  ["a token that never was", tokenAuth("x".repeat(43))],
  ["an unknown method", { auth: { identity: { methods: ["iris"] } } }],
])("%s is Keystone's 401", async (_what, body) => {
  const answer = await cloud.send("POST", tokens, { body });
  expect(answer.status).toBe(401);
  expect(answer.body).toEqual({
    error: {
      code: 401,
      message: "The request you have made requires authentication.",
      title: "Unauthorized",
    },
  });
});

test("two methods must be of one user", async () => {
  const both = passwordAuth("demo", passwords.demo) as { auth: { identity: object } };
  const identity = { ...both.auth.identity, methods: ["password", "token"], token: { id: admin } };
  expect((await cloud.send("POST", tokens, { body: { auth: { identity } } })).status).toBe(401);
});

test.each([
  ["no auth", {}],
  ["no methods", { auth: { identity: { methods: [] } } }],
  [
    "a user without a domain",
    { auth: { identity: { methods: ["password"], password: { user: { name: "a", password: "b" } } } } },
  ],
])("%s is 400", async (_what, body) => {
  expect((await cloud.send("POST", tokens, { body })).status).toBe(400);
});

test("what does not fit the schema is told without the password", async () => {
  const user = { name: "demo", domain: { name: 7 }, password: "hush-hush" };
  for (const password of [{ user }, { user: { ...user, password: ["hush-hush"] } }, ["hush-hush"]]) {
    const answer = await cloud.send("POST", tokens, {
      body: { auth: { identity: { methods: ["password"], password } } },
    });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).not.toContain("hush-hush");
  }
});

test("who may look at a token: its owner and administrators", async () => {
  expect((await cloud.send("GET", tokens, { token: demo, subject: demo })).status).toBe(200);
  expect((await cloud.send("GET", tokens, { token: admin, subject: demo })).body.token.user.name).toBe(
    "demo",
  );
  const check = await cloud.send("HEAD", tokens, { token: admin, subject: demo });
  expect([check.status, check.body]).toEqual([200, undefined]);
  for (const method of ["GET", "HEAD", "DELETE"] as const) {
    expect((await cloud.send(method, tokens, { token: demo, subject: admin })).status).toBe(403);
    expect((await cloud.send(method, tokens, { token: admin, subject: "unknown" })).status).toBe(404);
    expect((await cloud.send(method, tokens, { token: admin })).status).toBe(400);
  }
  const missing = await cloud.send("GET", tokens, { token: admin, subject: "unknown" });
  expect(missing.body.error.message).not.toContain("unknown");
});

test("a revoked token and its own are gone at once; others stay", async () => {
  const issued = await cloud.send("POST", tokens, { body: tokenAuth(demo, projectScope("demo")) });
  const token = issued.headers["x-subject-token"] as string;
  expect((await cloud.send("DELETE", tokens, { token, subject: token })).status).toBe(204);
  expect((await cloud.send("GET", "/v3/auth/projects", { token })).status).toBe(401);
  expect((await cloud.send("GET", "/v3/auth/projects", { token: demo })).status).toBe(200);
});

test("a token expires, and what is known of one that was revoked goes later", async () => {
  const authenticate = async (): Promise<unknown> => cloud.identity.authenticate(demo);
  cloud.clock.offsetMs = 3_540_000;
  await expect(authenticate()).resolves.toMatchObject({ userName: "demo" });
  cloud.clock.offsetMs = 3_700_000;
  const refused: unknown = await authenticate().catch((error: unknown) => error);
  expect(isCloudError(refused, "unauthenticated")).toBe(true);
  const revocations = async () =>
    (await cloud.database.db.selectFrom("identity_token_revocations").selectAll().execute()).length;
  for (const [offsetMs, left] of [
    [3_700_000, 2],
    [7_300_000, 2],
    [14_500_000, 1],
  ] as const) {
    cloud.clock.offsetMs = offsetMs;
    const token = await cloud.signIn("demo", passwords.demo);
    expect((await cloud.send("DELETE", tokens, { token, subject: token })).status).toBe(204);
    expect([offsetMs, await revocations()]).toEqual([offsetMs, left]);
  }
  cloud.clock.offsetMs = 0;
});

test("a second bootstrap changes no password and brings back no deleted demo user", async () => {
  const token = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  const users = (await cloud.send("GET", "/v3/users?name=demo", { token })).body.users;
  expect((await cloud.send("DELETE", `/v3/users/${users[0].id}`, { token })).status).toBe(204);
  await cloud.identity.bootstrap({
    adminPassword: new Secret("other"),
    demoPassword: new Secret("other"),
    catalog,
  });
  const { users: left } = (await cloud.send("GET", "/v3/users", { token })).body;
  expect((left as { name: string }[]).map(({ name }) => name).sort()).toEqual(["admin", "nova"]);
  await cloud.signIn("admin", passwords.admin);
});

const demoUser = { name: "demo", domain: { id: "default" }, password: passwords.demo };
const byPassword = { methods: ["password"], password: { user: demoUser } };
test.each([
  ["a method without its data", { identity: { methods: ["password"] } }],
  [
    "a domain that is not named",
    { identity: { methods: ["password"], password: { user: { ...demoUser, domain: {} } } } },
  ],
  [
    "a project that is not named",
    { identity: byPassword, scope: { project: { domain: { id: "default" } } } },
  ],
  ["a scope to no domain", { identity: byPassword, scope: { domain: {} } }],
])("%s is a malformed request, not a refused sign-in", async (_what, auth) => {
  const answer = await cloud.send("POST", tokens, { body: { auth } });
  expect([answer.status, answer.body.error.title]).toEqual([400, "Bad Request"]);
});

test("an ended token is found by who allows it, for as long as the cloud does", async () => {
  const short = await startTestCloud({ allowExpiredSeconds: 600 });
  const text = await short.signIn("demo", passwords.demo, projectScope("demo"));
  const asked = async (query: string, more: { method?: "HEAD" } = {}): Promise<number> => {
    const token = await short.signIn("admin", passwords.admin, projectScope("admin"));
    const answer = await short.send(more.method ?? "GET", `${tokens}${query}`, { token, subject: text });
    return answer.status;
  };
  expect(await asked("?allow_expired=1")).toBe(200);
  short.clock.offsetMs += 3_600_000 + 1_000;
  expect([await asked(""), await asked("?allow_expired=0")]).toEqual([404, 404]);
  expect([await asked("?allow_expired=1"), await asked("?nocatalog&allow_expired=1")]).toEqual([200, 200]);
  expect(await asked("?allow_expired=1", { method: "HEAD" })).toBe(200);
  expect((await short.send("GET", "/v3/auth/projects", { token: text })).status).toBe(401);
  short.clock.offsetMs += 600_000;
  expect(await asked("?allow_expired=1")).toBe(404);
  await short.close();
});
