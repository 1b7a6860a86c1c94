import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type Answer, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
});
afterAll(() => cloud.close());

const base = "http://localhost:80/identity/v3/OS-FEDERATION";

function send(method: Parameters<TestCloud["send"]>[0], path: string, body?: unknown): Promise<Answer> {
  const options = { token: admin, ...(body === undefined ? {} : { body }) };
  return cloud.send(method, `/v3/OS-FEDERATION/${path}`, options);
}

const rules = [{ local: [{ user: { name: "{0}" } }], remote: [{ type: "HTTP_OIDC_SUB" }] }];

test("an identity provider gets a domain of its own, and its remote ids are nobody else's", async () => {
  const body = { identity_provider: { remote_ids: ["https://b", "https://a"], authorization_ttl: 5 } };
  const made = await send("PUT", "identity_providers/acme", body);
  expect(made.status).toBe(201);
  const { domain_id: domainId, ...provider } = made.body.identity_provider;
  expect(provider).toEqual({
    id: "acme",
    enabled: false,
    description: null,
    authorization_ttl: 5,
    remote_ids: ["https://b", "https://a"],
    links: {
      self: `${base}/identity_providers/acme`,
      protocols: `${base}/identity_providers/acme/protocols`,
    },
  });
  const { domain } = (await cloud.send("GET", `/v3/domains/${domainId}`, { token: admin })).body;
  expect(domain).toMatchObject({
    name: domainId,
    enabled: true,
    description: "Auto generated federated domain for Identity Provider: acme",
  });
  expect(await send("PUT", "identity_providers/acme", body)).toMatchObject({
    status: 409,
    body: {
      error: {
        message: "Conflict occurred attempting to store identity_provider - Duplicate entry: acme.",
      },
    },
  });
  const other = { identity_provider: { domain_id: "default", remote_ids: ["https://a"] } };
  expect(await send("PUT", "identity_providers/other", other)).toMatchObject({
    status: 409,
    body: {
      error: {
        message: "Conflict occurred attempting to store identity_provider - Duplicate remote ID: https://a.",
      },
    },
  });
  expect((await send("GET", "identity_providers/other")).status).toBe(404);
  const nowhere = { identity_provider: { domain_id: "nowhere" } };
  expect((await send("PUT", "identity_providers/other", nowhere)).status).toBe(404);
});

test("an identity provider is changed, found by filters, and not moved to another domain", async () => {
  await send("PUT", "identity_providers/changed", {});
  const change = { enabled: true, description: "one", remote_ids: ["z", "y"] };
  const changed = await send("PATCH", "identity_providers/changed", { identity_provider: change });
  expect(changed).toMatchObject({
    status: 200,
    body: { identity_provider: { ...change, remote_ids: ["y", "z"] } },
  });
  const shown = await send("GET", "identity_providers/changed");
  expect(shown.body).toEqual(changed.body);
  const found = await send("GET", "identity_providers?enabled=true&id=changed");
  expect(found.body.identity_providers).toEqual([shown.body.identity_provider]);
  expect((await send("GET", "identity_providers?enabled=false&id=changed")).body.identity_providers).toEqual(
    [],
  );
  for (const refused of [{}, { domain_id: "default" }, { remote_ids: ["a", "a"] }, { enabled: "yes" }])
    expect((await send("PATCH", "identity_providers/changed", { identity_provider: refused })).status).toBe(
      400,
    );
  const cleared = { identity_provider: { remote_ids: null, description: null } };
  expect(await send("PATCH", "identity_providers/changed", cleared)).toMatchObject({
    body: { identity_provider: { remote_ids: [], description: null, enabled: true } },
  });
  expect((await send("DELETE", "identity_providers/changed")).status).toBe(204);
  expect(await send("DELETE", "identity_providers/changed")).toMatchObject({
    status: 404,
    body: { error: { message: "Could not find Identity Provider: changed." } },
  });
});

test("a mapping keeps its rules, and refuses such as could never be applied", async () => {
  const made = await send("PUT", "mappings/plain", { mapping: { rules } });
  expect(made).toMatchObject({
    status: 201,
    body: {
      mapping: { id: "plain", rules, schema_version: "1.0", links: { self: `${base}/mappings/plain` } },
    },
  });
  expect(await send("PUT", "mappings/plain", { mapping: { rules } })).toMatchObject({
    status: 409,
    body: {
      error: {
        message: "Conflict occurred attempting to store mapping - Duplicate entry found with ID plain.",
      },
    },
  });
  const remote = [{ type: "a" }];
  for (const refused of [
    {},
    { rules: [] },
    { rules: [{ local: [], remote: [] }] },
    { rules: [{ local: [{ user: { nick: "a" } }], remote }] },
    { rules: [{ local: [{ group: { name: "without a domain" } }], remote }] },
    { rules: [{ local: [], remote: [{ type: "a", any_one_of: ["b"], whitelist: ["c"] }] }] },
    { rules: [{ local: [], remote: [{ type: "a", any_one_of: ["("], regex: true }] }] },
    { rules: [{ local: [{ projects: [{ name: "p", roles: [], domain: { id: "d" } }] }], remote }] },
    { rules, schema_version: "4.0" },
  ])
    expect(
      (await send("PATCH", "mappings/plain", { mapping: refused })).status,
      JSON.stringify(refused),
    ).toBe(400);
  const second = [{ local: [{ group: { id: "g" } }], remote: [{ type: "b", not_any_of: ["c"] }] }];
  const changed = await send("PATCH", "mappings/plain", {
    mapping: { rules: second, schema_version: "2.0" },
  });
  expect(changed.body.mapping).toMatchObject({ rules: second, schema_version: "2.0" });
  expect((await send("GET", "mappings/plain")).body).toEqual(changed.body);
  expect((await send("GET", "mappings")).body.mappings).toEqual([changed.body.mapping]);
  expect((await send("DELETE", "mappings/plain")).status).toBe(204);
  expect(await send("GET", "mappings/plain")).toMatchObject({
    status: 404,
    body: { error: { message: "Could not find mapping: plain." } },
  });
});

test("a protocol is of one provider, with a mapping that is there", async () => {
  await send("PUT", "identity_providers/owner", {});
  await send("PUT", "mappings/owned", { mapping: { rules } });
  const at = "identity_providers/owner/protocols/saml2";
  const protocol = { mapping_id: "owned", remote_id_attribute: "HTTP_OIDC_ISS" };
  expect(await send("PUT", at, { protocol: { mapping_id: "missing" } })).toMatchObject({
    status: 400,
    body: { error: { message: "Invalid mapping id: missing" } },
  });
  const nobody = at.replace("owner", "nobody");
  expect((await send("PUT", nobody, { protocol })).status).toBe(404);
  const made = await send("PUT", at, { protocol });
  const shown = {
    id: "saml2",
    mapping_id: "owned",
    links: { self: `${base}/${at}`, identity_provider: `${base}/identity_providers/owner` },
  };
  expect(made).toMatchObject({ status: 201, body: { protocol: shown } });
  expect((await send("PUT", at, { protocol })).status).toBe(409);
  expect((await send("GET", at)).body).toEqual({ protocol: shown });
  expect((await send("GET", "identity_providers/owner/protocols")).body.protocols).toEqual([
    { ...shown, idp_id: "owner", remote_id_attribute: "HTTP_OIDC_ISS" },
  ]);
  await send("PUT", "mappings/next", { mapping: { rules } });
  expect((await send("PATCH", at, { protocol: { mapping_id: "next" } })).body.protocol.mapping_id).toBe(
    "next",
  );
  expect((await send("PATCH", at, { protocol: {} })).status).toBe(400);
  expect((await send("DELETE", at)).status).toBe(204);
  expect(await send("GET", at)).toMatchObject({
    status: 404,
    body: { error: { message: "Could not find federated protocol saml2 for Identity Provider: owner." } },
  });
});

test("enabled service providers are in every token, from the moment of the change", async () => {
  const urls = { auth_url: "https://far/auth", sp_url: "https://far/sp" };
  expect((await send("PUT", "service_providers/far", { service_provider: { enabled: true } })).status).toBe(
    400,
  );
  const made = await send("PUT", "service_providers/far", { service_provider: urls });
  expect(made).toMatchObject({
    status: 201,
    body: {
      service_provider: {
        ...urls,
        id: "far",
        enabled: false,
        description: null,
        relay_state_prefix: "ss:mem:",
        links: { self: `${base}/service_providers/far` },
      },
    },
  });
  const validated = async () =>
    (await cloud.send("GET", "/v3/auth/tokens", { token: admin, subject: admin })).body.token;
  expect(await validated()).not.toHaveProperty("service_providers");
  await send("PATCH", "service_providers/far", { service_provider: { enabled: true } });
  expect((await validated()).service_providers).toEqual([{ id: "far", ...urls }]);
  expect((await send("GET", "service_providers?enabled=true")).body.service_providers).toHaveLength(1);
  expect((await send("DELETE", "service_providers/far")).status).toBe(204);
  expect(await validated()).not.toHaveProperty("service_providers");
  expect((await send("GET", "service_providers/far")).body.error.message).toBe(
    "Could not find Service Provider: far.",
  );
});

test("only administrators change what others may vouch for, and what goes with a domain is gone", async () => {
  const demo = await cloud.signIn("demo", passwords.demo, projectScope("demo"));
  for (const path of ["identity_providers", "mappings", "service_providers"])
    expect((await cloud.send("GET", `/v3/OS-FEDERATION/${path}`, { token: demo })).status).toBe(403);
  const { domain } = (
    await cloud.send("POST", "/v3/domains", {
      token: admin,
      body: { domain: { name: "gone", enabled: false } },
    })
  ).body;
  await send("PUT", "identity_providers/gone", { identity_provider: { domain_id: domain.id } });
  await cloud.send("DELETE", `/v3/domains/${domain.id}`, { token: admin });
  expect((await send("GET", "identity_providers/gone")).status).toBe(404);
});
