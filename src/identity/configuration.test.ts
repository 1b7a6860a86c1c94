import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
let demo: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  demo = await cloud.signIn("demo", passwords.demo, projectScope("demo"));
});
afterAll(() => cloud.close());

type Method = Parameters<TestCloud["send"]>[0];

const send = (method: Method, path: string, body?: unknown, token = admin) =>
  cloud.send(method, `/v3${path}`, body === undefined ? { token } : { token, body });

test("a policy document through its life", async () => {
  const made = await send("POST", "/policies", { policy: { type: "text/plain", blob: "all", owner: "x" } });
  expect(made.status).toBe(201);
  const { policy } = made.body;
  expect(policy).toMatchObject({ type: "text/plain", blob: "all", owner: "x" });
  const path = `/policies/${policy.id}`;
  expect((await send("GET", path)).body.policy).toEqual(policy);
  expect((await send("PATCH", path, { policy: { type: "a/b" } })).body.policy).toEqual({
    ...policy,
    type: "a/b",
  });
  expect((await send("PATCH", path, { policy: {} })).status).toBe(400);
  expect((await send("POST", "/policies", { policy: { type: "a/b" } })).status).toBe(400);
  expect((await send("GET", "/policies?type=a/b")).body.policies).toHaveLength(1);
  expect((await send("GET", "/policies?type=no")).body.policies).toEqual([]);
  expect((await send("GET", "/policies", undefined, demo)).status).toBe(403);
  expect((await send("DELETE", path)).status).toBe(204);
  expect((await send("GET", path)).body.error.message).toBe(`Could not find policy: ${policy.id}.`);
});

test("a policy document holds at endpoints, the nearest one first", async () => {
  const make = async (blob: string): Promise<string> =>
    (await send("POST", "/policies", { policy: { type: "a/b", blob } })).body.policy.id;
  const [service, regional, own] = [await make("service"), await make("regional"), await make("own")];
  const [first, second] = (await send("GET", "/endpoints?service_id=s1")).body.endpoints;
  const of = (policy: string) => `/policies/${policy}/OS-ENDPOINT-POLICY`;
  const holds = async (): Promise<string> =>
    (await send("GET", `/endpoints/${first.id}/OS-ENDPOINT-POLICY/policy`)).body.policy?.blob;
  expect(await holds()).toBeUndefined();
  const places = {
    service: `${of(service)}/services/s1`,
    regional: `${of(regional)}/services/s1/regions/RegionOne`,
    own: `${of(own)}/endpoints/${first.id}`,
  };
  for (const [blob, place] of Object.entries(places)) {
    expect((await send("GET", place)).body.error.message).toBe("Could not find policy association.");
    expect((await send("PUT", place)).status).toBe(204);
    expect((await send("HEAD", place)).status).toBe(204);
    expect(await holds()).toBe(blob);
  }
  expect((await send("GET", `${of(service)}/endpoints`)).body.endpoints).toEqual([first, second]);
  expect((await send("GET", `${of(own)}/endpoints`)).body.endpoints).toEqual([first]);
  expect((await send("DELETE", places.own)).status).toBe(204);
  expect((await send("GET", places.own)).status).toBe(404);
  expect(await holds()).toBe("regional");
  expect((await send("PUT", `${of(own)}/services/s1/regions/RegionOne`)).status).toBe(204);
  expect(await holds()).toBe("own");
  expect((await send("DELETE", `/policies/${own}`)).status).toBe(204);
  expect(await holds()).toBe("service");
  expect((await send("PUT", `${of(service)}/services/none`)).status).toBe(404);
  expect((await send("PUT", `${of("none")}/services/s1`)).status).toBe(404);
  expect((await send("PUT", places.service, undefined, demo)).status).toBe(403);
});

async function makeDomain(name: string): Promise<string> {
  return (await send("POST", "/domains", { domain: { name } })).body.domain.id;
}

test("a domain's configuration: whole, by group, by option", async () => {
  const path = `/domains/${await makeDomain("whole")}/config`;
  const config = { identity: { driver: "ldap" }, ldap: { url: "ldap://a", user_tree_dn: "ou=x" } };
  expect((await send("GET", path)).status).toBe(404);
  const made = await send("PUT", path, { config });
  expect([made.status, made.body]).toEqual([201, { config }]);
  expect((await send("PUT", path, { config })).status).toBe(200);
  expect((await send("GET", `${path}/ldap`)).body).toEqual({ config: { ldap: config.ldap } });
  expect((await send("GET", `${path}/ldap/url`)).body).toEqual({ config: { url: "ldap://a" } });
  const group = await send("PATCH", `${path}/identity`, { config: { identity: { list_limit: 7 } } });
  expect(group.body.config.identity).toEqual({ driver: "ldap", list_limit: 7 });
  const option = await send("PATCH", `${path}/identity/driver`, { config: { driver: "sql" } });
  expect(option.body.config).toEqual({ ...config, identity: { driver: "sql", list_limit: 7 } });
  expect((await send("PATCH", `${path}/identity/driver`, { config: { list_limit: 1 } })).status).toBe(403);
  expect((await send("PATCH", `${path}/identity`, { config })).status).toBe(403);
  expect((await send("DELETE", `${path}/identity/driver`)).status).toBe(204);
  const gone = await send("GET", `${path}/identity/driver`);
  expect([gone.status, gone.body.error.message]).toEqual([
    404,
    expect.stringMatching(
      /^Could not find option driver in group identity in domain configuration for domain /,
    ),
  ]);
  expect((await send("DELETE", `${path}/identity`)).status).toBe(204);
  expect((await send("PATCH", `${path}/identity`, { config: { identity: { driver: "x" } } })).status).toBe(
    404,
  );
  expect((await send("DELETE", path)).status).toBe(204);
  expect((await send("GET", path)).status).toBe(404);
  expect((await send("GET", "/domains/none/config")).body.error.message).toBe("Could not find domain: none.");
  expect((await send("GET", path, undefined, demo)).status).toBe(403);
});

test.each([
  [{ nova: { driver: "x" } }],
  [{ identity: { colour: "x" } }],
  [{ identity: "x" }],
  [{ identity: {} }],
  [{ constructor: { name: "x" } }],
  [{}],
])("the configuration %j is 403 and is not kept", async (config) => {
  expect((await send("PUT", "/domains/default/config", { config })).status).toBe(403);
  expect((await send("GET", "/domains/default/config")).status).toBe(404);
});

test("a directory's password is sealed and never shown", async () => {
  const path = `/domains/${await makeDomain("sealed")}/config`;
  const config = { ldap: { url: "ldap://a", password: "directory-pass" } };
  const answers = [
    await send("PUT", path, { config }),
    await send("GET", path),
    await send("PATCH", `${path}/ldap/password`, { config: { password: "directory-pass-2" } }),
  ];
  for (const { body } of answers) expect(body).toEqual({ config: { ldap: { url: "ldap://a" } } });
  expect((await send("GET", `${path}/ldap/password`)).status).toBe(404);
  const rows = await cloud.database.db.selectFrom("identity_domain_config").selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain("directory-pass");
});

test("defaults, and what users may know of passwords", async () => {
  const all = (await send("GET", "/domains/config/default")).body.config;
  expect(Object.keys(all)).toEqual(["identity", "ldap"]);
  expect((await send("GET", "/domains/config/identity/default")).body.config).toEqual({
    identity: all.identity,
  });
  expect((await send("GET", "/domains/config/ldap/url/default")).body.config).toEqual({
    url: "ldap://localhost",
  });
  expect((await send("GET", "/domains/config/ldap/password/default")).status).toBe(403);
  expect((await send("GET", "/domains/config/nova/default")).status).toBe(403);
  const compliance = "/config/security_compliance";
  const known = await send("GET", `/domains/default${compliance}`, undefined, demo);
  expect(known.body.config).toEqual({
    security_compliance: { password_regex: null, password_regex_description: null },
  });
  const one = await send("GET", `/domains/default${compliance}/password_regex`, undefined, demo);
  expect(one.body.config).toEqual({ password_regex: null });
  expect((await send("GET", `/domains/default${compliance}/lockout_duration`)).status).toBe(403);
  expect((await send("GET", `/domains/other${compliance}`)).status).toBe(403);
});
