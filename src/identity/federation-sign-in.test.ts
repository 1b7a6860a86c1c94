import { afterAll, beforeAll, expect, test } from "vitest";
import { Secret } from "#base/secret.ts";
import {
  passwords,
  projectScope,
  startTestCloud,
  tokenAuth,
  type Answer,
  type TestCloud,
} from "./testing/cloud.ts";

const secret = "0123456789abcdef0123456789abcdef";
const options = {
  trustedProxies: ["127.0.0.0/8", "::1"],
  proxySecret: new Secret(secret),
  assertionPrefix: "HTTP_OIDC_",
  remoteIdAttribute: undefined,
};

let cloud: TestCloud;
let admin: string;
let groupId: string;
let memberRoleId: string;
let projectId: string;
beforeAll(async () => {
  cloud = await startTestCloud({ federation: options });
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  groupId = (await made("POST", "groups", { group: { name: "sso" } })).group.id;
  memberRoleId = (await made("GET", "roles?name=member")).roles[0].id;
  projectId = (await made("GET", "projects?name=demo")).projects[0].id;
  await made("PUT", `projects/${projectId}/groups/${groupId}/roles/${memberRoleId}`);
  const rules = [
    {
      local: [
        { user: { name: "{0}", email: "{1}" } },
        { groups: "{2}", domain: { id: "default" } },
        { projects: [{ name: "of {0}", roles: [{ name: "reader" }] }] },
      ],
      remote: [{ type: "HTTP_OIDC_SUB" }, { type: "HTTP_OIDC_EMAIL" }, { type: "HTTP_OIDC_GROUPS" }],
    },
    {
      local: [{ user: { name: "demo", domain: { id: "default" }, type: "local" } }],
      remote: [{ type: "HTTP_OIDC_DEMO" }],
    },
  ];
  await made("PUT", "OS-FEDERATION/mappings/sso", { mapping: { rules } });
  const provider = { enabled: true, remote_ids: ["https://idp"] };
  await made("PUT", "OS-FEDERATION/identity_providers/acme", { identity_provider: provider });
  const protocol = { mapping_id: "sso", remote_id_attribute: "HTTP_OIDC_ISS" };
  await made("PUT", `${way}/openid`.slice(4), { protocol });
  await made("PUT", `${way}/mapped`.slice(4), { protocol });
});
afterAll(() => cloud.close());

const way = "/v3/OS-FEDERATION/identity_providers/acme/protocols";

async function made(
  method: Parameters<TestCloud["send"]>[0],
  path: string,
  body?: unknown,
): Promise<Answer["body"]> {
  const answer = await cloud.send(method, `/v3/${path}`, {
    token: admin,
    ...(body === undefined ? {} : { body }),
  });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}

const bob = { "oidc-sub": "bob@x", "oidc-email": "bob@example.org", "oidc-groups": "sso;nobody's" };
const proven = { "x-federation-secret": secret, "oidc-iss": "https://idp" };

function signIn(assertion: Readonly<Record<string, string>> = bob, protocol = "openid"): Promise<Answer> {
  return cloud.send("POST", `${way}/${protocol}/auth`, { headers: { ...proven, ...assertion } });
}

async function tokenOf(answer: Promise<Answer>): Promise<string> {
  const { status, headers, body } = await answer;
  expect(status, JSON.stringify(body)).toBe(201);
  return headers["x-subject-token"] as string;
}

test("a proxy's word makes a user, with an unscoped token as Keystone's", async () => {
  const { status, body } = await signIn();
  expect(status).toBe(201);
  const { domain_id: domainId } = (await made("GET", "OS-FEDERATION/identity_providers/acme"))
    .identity_provider;
  expect(body.token).toEqual({
    methods: ["openid"],
    user: {
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      name: "bob@x",
      domain: { id: domainId, name: domainId },
      "OS-FEDERATION": {
        groups: [{ id: groupId }],
        identity_provider: { id: "acme" },
        protocol: { id: "openid" },
      },
    },
    audit_ids: [expect.any(String)],
    issued_at: expect.any(String),
    expires_at: expect.any(String),
  });
  const { user } = await made("GET", `users/${body.token.user.id}`);
  expect(user).toMatchObject({
    email: "bob@example.org",
    enabled: true,
    federated: [{ idp_id: "acme", protocols: [{ protocol_id: "openid", unique_id: "bob%40x" }] }],
  });
  const again = await cloud.send("GET", `${way}/openid/auth`, { headers: { ...proven, ...bob } });
  expect(again.body.token.user.id).toBe(user.id);
  const { email } =
    (await signIn({ ...bob, "oidc-email": "new@example.org" })).body &&
    (await made("GET", `users/${user.id}`)).user;
  expect(email).toBe("new@example.org");
});

test("the token is exchanged for one of a project, by a group's role and by a role of the mapping", async () => {
  const unscoped = await tokenOf(signIn());
  const projects = await cloud.send("GET", "/v3/OS-FEDERATION/projects", { token: unscoped });
  expect(projects.body.projects.map(({ name }: { name: string }) => name)).toEqual(["demo", "of bob@x"]);
  const scope = { project: { id: projectId } };
  const scoped = await cloud.send("POST", "/v3/auth/tokens", { body: tokenAuth(unscoped, scope) });
  expect(scoped.body.token).toMatchObject({
    methods: ["token", "openid"],
    project: { name: "demo" },
    user: { "OS-FEDERATION": { groups: [{ id: groupId }] } },
  });
  expect(scoped.body.token.roles.map(({ name }: { name: string }) => name)).toEqual(["member", "reader"]);
  const text = scoped.headers["x-subject-token"] as string;
  expect(await cloud.identity.authenticate(text)).toMatchObject({ projectId, roles: ["member", "reader"] });
  const validated = await cloud.send("GET", "/v3/auth/tokens", { token: admin, subject: text });
  expect(validated.body).toEqual(scoped.body);
  const own = projects.body.projects[1].id;
  const shadow = await cloud.send("POST", "/v3/auth/tokens", {
    body: tokenAuth(unscoped, { project: { id: own } }),
  });
  expect(shadow.body.token.roles.map(({ name }: { name: string }) => name)).toEqual(["reader"]);
  const adminScope = tokenAuth(unscoped, projectScope("admin"));
  expect((await cloud.send("POST", "/v3/auth/tokens", { body: adminScope })).status).toBe(401);
  await made("DELETE", `projects/${projectId}/groups/${groupId}/roles/${memberRoleId}`);
  await expect(async () => cloud.identity.authenticate(text)).rejects.toMatchObject({
    code: "unauthenticated",
  });
  await made("PUT", `projects/${projectId}/groups/${groupId}/roles/${memberRoleId}`);
});

test("whoever is not in the group has no role by it, and nobody else's token gains any", async () => {
  const eve = await tokenOf(signIn({ ...bob, "oidc-sub": "eve", "oidc-groups": "none" }));
  const scoped = tokenAuth(eve, { project: { id: projectId } });
  expect((await cloud.send("POST", "/v3/auth/tokens", { body: scoped })).status).toBe(401);
});

test("nothing outlives the token with a group's roles: application credentials and trusts are refused", async () => {
  const unscoped = await tokenOf(signIn());
  const scope = { project: { id: projectId } };
  const scoped = await tokenOf(cloud.send("POST", "/v3/auth/tokens", { body: tokenAuth(unscoped, scope) }));
  const { userId } = await cloud.identity.authenticate(scoped);
  const make = (token: string) =>
    cloud.send("POST", `/v3/users/${userId}/application_credentials`, {
      token,
      body: { application_credential: { name: "mine" } },
    });
  expect(await make(scoped)).toMatchObject({
    status: 404,
    body: { error: { message: expect.stringContaining("Could not find role assignment with role: ") } },
  });
  const trust = {
    trustor_user_id: userId,
    trustee_user_id: userId,
    project_id: projectId,
    impersonation: false,
    roles: [{ name: "member" }],
  };
  const lent = await cloud.send("POST", "/v3/OS-TRUST/trusts", { token: scoped, body: { trust } });
  expect(lent.status).toBe(404);
  const home = (await made("GET", `users/${userId}/projects`)).projects[0];
  const own = await cloud.send("POST", "/v3/auth/tokens", {
    body: tokenAuth(unscoped, { project: { id: home.id } }),
  });
  expect((await make(own.headers["x-subject-token"] as string)).status).toBe(201);
});

test("users are found by what a provider knows them as", async () => {
  await signIn();
  const names = async (query: string) =>
    (await made("GET", `users?${query}`)).users.map(({ name }: { name: string }) => name);
  expect(await names("idp_id=acme&unique_id=bob%2540x")).toEqual(["bob@x"]);
  expect(await names("protocol_id=openid")).toContain("bob@x");
  expect(await names("protocol_id=mapped")).toEqual([]);
  expect(await names("idp_id=acme&name=admin")).toEqual([]);
});

test.each<readonly [string, Readonly<Record<string, string>>]>([
  ["no secret", { "x-federation-secret": "" }],
  ["a wrong secret", { "x-federation-secret": `${secret}0` }],
  ["two headers that are one attribute", { oidc_sub: "admin" }],
  ["no name of the provider", { "oidc-iss": "" }],
  ["what no rule is about", { "oidc-email": "" }],
  ["several names", { "oidc-sub": "bob;eve" }],
])("%s: 401, and nothing is said of why", async (_name, headers) => {
  expect(await signIn({ ...bob, ...headers })).toMatchObject({
    status: 401,
    body: { error: { message: "The request you have made requires authentication." } },
  });
});

test("another provider's assertion, an unknown protocol, a provider that is not there", async () => {
  expect((await signIn({ ...bob, "oidc-iss": "https://other" })).status).toBe(403);
  expect((await signIn(bob, "missing")).status).toBe(404);
  const elsewhere = "/v3/OS-FEDERATION/identity_providers/missing/protocols/openid/auth";
  expect((await cloud.send("POST", elsewhere, { headers: { ...proven, ...bob } })).status).toBe(404);
});

test("from another address, and where no proxy is trusted, nobody is believed", async () => {
  const refusing = await startTestCloud({
    federation: { ...options, trustedProxies: ["10.0.0.0/8", "fd00::/8"] },
  });
  const closed = await startTestCloud();
  const headers = { ...proven, ...bob };
  expect((await refusing.send("POST", `${way}/openid/auth`, { headers })).status).toBe(401);
  expect(await closed.send("POST", `${way}/openid/auth`, { headers })).toMatchObject({
    status: 403,
    body: { error: { message: expect.stringContaining("not set up") } },
  });
  await refusing.close();
  await closed.close();
});

test("a rule may name a local user, who gets an own token", async () => {
  const { body } = await signIn({ "oidc-demo": "yes" });
  expect(body.token).toMatchObject({
    methods: ["openid"],
    user: { name: "demo", password_expires_at: null },
  });
  expect(body.token.user).not.toHaveProperty("OS-FEDERATION");
});

test("a name is one user's in a domain, also by another protocol", async () => {
  await signIn();
  expect((await signIn(bob, "mapped")).status).toBe(409);
});

test("a disabled provider ends sign-in and tokens; one that is gone takes its users along", async () => {
  const token = await tokenOf(signIn());
  const set = (enabled: boolean) =>
    made("PATCH", "OS-FEDERATION/identity_providers/acme", { identity_provider: { enabled } });
  await set(false);
  expect(await signIn()).toMatchObject({
    status: 403,
    body: { error: { message: "Identity Provider acme is disabled" } },
  });
  await expect(async () => cloud.identity.authenticate(token)).rejects.toMatchObject({
    code: "unauthenticated",
  });
  await set(true);
  const { userId } = await cloud.identity.authenticate(token);
  await made("DELETE", "OS-FEDERATION/identity_providers/acme");
  await expect(async () => cloud.identity.authenticate(token)).rejects.toMatchObject({
    code: "unauthenticated",
  });
  expect((await cloud.send("GET", `/v3/users/${userId}`, { token: admin })).status).toBe(404);
});
