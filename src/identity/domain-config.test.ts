import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
let demo: string;
let domainId: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  [admin, demo] = await Promise.all([
    cloud.signIn("admin", passwords.admin, projectScope("admin")),
    cloud.signIn("demo", passwords.demo, projectScope("demo")),
  ]);
  domainId = (await call("POST", "", { domain: { name: "Set" } })).body.domain.id;
});
afterAll(() => cloud.close());

/** Below `/v3/domains`. */
const call = (method: Parameters<TestCloud["send"]>[0], path: string, body?: unknown) =>
  cloud.send(method, `/v3/domains${path}`, { token: admin, ...(body === undefined ? {} : { body }) });
const own = (method: Parameters<TestCloud["send"]>[0], path = "", config?: unknown) =>
  call(method, `/${domainId}/config${path}`, config === undefined ? undefined : { config });

const given = { identity: { driver: "ldap" }, ldap: { url: "ldap://a", user_tree_dn: "ou=Users" } };

test("a domain's options are set, shown, changed and deleted as a whole, by group and one by one", async () => {
  const none = await own("GET");
  expect([none.status, none.body.error.message]).toEqual([
    404,
    `Could not find any options in domain configuration for domain ${domainId}.`,
  ]);
  const created = await own("PUT", "", given);
  expect([created.status, created.body]).toEqual([201, { config: given }]);
  expect((await own("PUT", "", given)).status).toBe(200);
  expect((await own("GET")).body.config).toEqual(given);
  expect((await own("GET", "/ldap")).body.config).toEqual({ ldap: given.ldap });
  expect((await own("GET", "/ldap/url")).body.config).toEqual({ url: "ldap://a" });
  const changed = await own("PATCH", "/identity", { identity: { driver: "sql", list_limit: 7 } });
  expect(changed.body.config).toEqual({ ...given, identity: { driver: "sql", list_limit: 7 } });
  const one = await own("PATCH", "/ldap/url", { url: "ldap://b" });
  expect(one.body.config.ldap).toEqual({ url: "ldap://b", user_tree_dn: "ou=Users" });
  expect((await own("PATCH", "/ldap/suffix", { suffix: "x" })).status).toBe(404);
  expect((await own("DELETE", "/ldap/url")).status).toBe(204);
  expect((await own("DELETE", "/ldap/url")).body.error.message).toBe(
    `Could not find option url in group ldap in domain configuration for domain ${domainId}.`,
  );
  expect((await own("DELETE", "/identity")).status).toBe(204);
  expect((await own("GET", "/identity")).status).toBe(404);
  expect((await own("GET")).body.config).toEqual({ ldap: { user_tree_dn: "ou=Users" } });
  expect((await own("PUT", "", given)).status).toBe(200);
  expect((await own("DELETE")).status).toBe(204);
  expect((await own("GET")).status).toBe(404);
});

test.each([
  ["PUT", "", { colour: { shade: "red" } }],
  ["PUT", "", { ldap: { shade: "red" } }],
  ["PUT", "", { constructor: { name: "x" } }],
  ["PUT", "", { ldap: {} }],
  ["PUT", "", {}],
  ["PATCH", "/ldap", { identity: { driver: "sql" } }],
  ["PATCH", "/identity/driver", { driver: "sql", list_limit: 1 }],
] as const)("%s config%s with %j is 403", async (method, path, config) => {
  const answer = await own(method, path, config);
  expect([answer.status, answer.body.error.message]).toEqual([
    403,
    expect.stringMatching(/^Invalid domain specific configuration: /),
  ]);
  expect((await own("GET")).status).toBe(404);
});

test("the defaults, whole, by group and one by one", async () => {
  const whole = (await call("GET", "/config/default")).body.config;
  expect(whole.identity).toEqual({ driver: "sql", list_limit: null });
  expect(whole.ldap).toMatchObject({ url: "ldap://localhost", group_tree_dn: null });
  expect(whole.ldap).not.toHaveProperty("password");
  expect((await call("GET", "/config/ldap/default")).body.config).toEqual({ ldap: whole.ldap });
  expect((await call("GET", "/config/identity/driver/default")).body.config).toEqual({ driver: "sql" });
  expect((await call("GET", "/config/colour/default")).status).toBe(403);
});

test("options go with their domain; members see none", async () => {
  expect((await call("PUT", "/nowhere/config", { config: given })).status).toBe(404);
  await own("PUT", "", given);
  const seen = await cloud.send("GET", `/v3/domains/${domainId}/config`, { token: demo });
  expect(seen.status).toBe(403);
  await call("PATCH", `/${domainId}`, { domain: { enabled: false } });
  expect((await call("DELETE", `/${domainId}`)).status).toBe(204);
});
