import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signatureBase } from "./domain/oauth1-signature.ts";
import {
  passwords,
  projectScope,
  startTestCloud,
  tokenAuth,
  type Answer,
  type TestCloud,
} from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
let adminId: string;
let projectId: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  const caller = await cloud.identity.authenticate(admin);
  [adminId, projectId] = [caller.userId, caller.projectId ?? ""];
});
afterAll(() => cloud.close());

interface Key {
  readonly id: string;
  readonly secret: string;
}

/** A request as a consumer sends it, signed with its secret and, if it has one, a token's. */
async function signed(
  path: string,
  keys: { readonly consumer: Key; readonly token?: Key },
  more: { parameters?: Record<string, string>; headers?: Record<string, string>; body?: unknown } = {},
): Promise<Answer> {
  const parameters = new Map(
    Object.entries({
      oauth_consumer_key: keys.consumer.id,
      ...(keys.token ? { oauth_token: keys.token.id } : {}),
      oauth_signature_method: "HMAC-SHA1",
      oauth_timestamp: String(Math.floor(cloud.clock.now() / 1_000)),
      oauth_nonce: "abc",
      ...more.parameters,
    }),
  );
  const base = signatureBase({
    method: "POST",
    url: `http://localhost:80/identity${path}`,
    query: {},
    parameters,
  });
  const key = `${keys.consumer.secret}&${keys.token?.secret ?? ""}`;
  parameters.set("oauth_signature", createHmac("sha1", key).update(base).digest("base64"));
  const listed = [...parameters].map(([name, value]) => `${name}="${encodeURIComponent(value)}"`);
  const headers = { authorization: `OAuth ${listed.join(", ")}`, ...more.headers };
  return cloud.send("POST", path, { headers, ...(more.body === undefined ? {} : { body: more.body }) });
}

function tokenOf({ status, body }: Answer): Key & { expiresAt: string } {
  expect(status).toBe(201);
  const form = new URLSearchParams(body as string);
  return {
    id: form.get("oauth_token") ?? "",
    secret: form.get("oauth_token_secret") ?? "",
    expiresAt: form.get("oauth_expires_at") ?? "",
  };
}

async function makeConsumer(description: string): Promise<Key> {
  const body = { consumer: { description } };
  return (await cloud.send("POST", "/v3/OS-OAUTH1/consumers", { token: admin, body })).body.consumer;
}

const askFor = (consumer: Key, more: Parameters<typeof signed>[2] = {}) =>
  signed(
    "/v3/OS-OAUTH1/request_token",
    { consumer },
    { headers: { "requested-project-id": projectId }, ...more },
  );

const authorize = (request: Key, roles: readonly object[], token = admin) =>
  cloud.send("PUT", `/v3/OS-OAUTH1/authorize/${request.id}`, { token, body: { roles } });

/** A token that the consumer may sign in with as the admin user, with the role member. */
async function makeAccess(consumer: Key): Promise<Key & { expiresAt: string }> {
  const request = tokenOf(await askFor(consumer));
  const verifier = (await authorize(request, [{ name: "member" }])).body.token.oauth_verifier as string;
  const parameters = { oauth_verifier: verifier };
  return tokenOf(await signed("/v3/OS-OAUTH1/access_token", { consumer, token: request }, { parameters }));
}

const signInWith = (consumer: Key, access: Key) =>
  signed(
    "/v3/auth/tokens",
    { consumer, token: access },
    { body: { auth: { identity: { methods: ["oauth1"], oauth1: {} } } } },
  );

test("a consumer through its life; its secret is shown once and kept sealed", async () => {
  const path = "/v3/OS-OAUTH1/consumers";
  const made = await cloud.send("POST", path, {
    token: admin,
    body: { consumer: { description: "app", team: 7 } },
  });
  expect(made.status).toBe(201);
  const { secret, ...shown } = made.body.consumer;
  expect(secret).toMatch(/^[0-9a-f]{32}$/);
  expect(shown).toMatchObject({ description: "app", team: 7 });
  const one = `${path}/${shown.id}`;
  expect((await cloud.send("GET", one, { token: admin })).body.consumer).toEqual(shown);
  const rows = await cloud.database.db.selectFrom("identity_oauth1_consumers").selectAll().execute();
  expect(JSON.stringify(rows)).not.toContain(secret);
  const changed = await cloud.send("PATCH", one, {
    token: admin,
    body: { consumer: { description: "new" } },
  });
  expect(changed.body.consumer).toMatchObject({ description: "new", team: 7 });
  expect((await cloud.send("PATCH", one, { token: admin, body: { consumer: { secret: "x" } } })).status).toBe(
    400,
  );
  expect((await cloud.send("GET", path, { token: admin })).body.consumers).toHaveLength(1);
  expect((await cloud.send("DELETE", one, { token: admin })).status).toBe(204);
  expect((await cloud.send("GET", one, { token: admin })).status).toBe(404);
  const demo = await cloud.signIn("demo", passwords.demo, projectScope("demo"));
  expect((await cloud.send("GET", path, { token: demo })).status).toBe(403);
});

test("a consumer is authorized and acts for the user, until that is revoked", async () => {
  const consumer = await makeConsumer("life");
  const access = await makeAccess(consumer);
  const issued = await signInWith(consumer, access);
  expect(issued.status).toBe(201);
  expect(issued.body.token).toMatchObject({
    methods: ["oauth1"],
    user: { id: adminId },
    project: { id: projectId },
    roles: [{ name: "member" }],
    "OS-OAUTH1": { access_token_id: access.id, consumer_id: consumer.id },
  });
  const token = issued.headers["x-subject-token"] as string;
  expect((await cloud.send("POST", "/v3/auth/tokens", { body: tokenAuth(token) })).status).toBe(403);
  const credentials = `/v3/users/${adminId}/application_credentials`;
  const escape = { application_credential: { name: "escape" } };
  expect((await cloud.send("POST", credentials, { token, body: escape })).status).toBe(403);

  const path = `/v3/users/${adminId}/OS-OAUTH1/access_tokens`;
  const shown = (await cloud.send("GET", `${path}/${access.id}`, { token: admin })).body.access_token;
  expect(shown).toMatchObject({
    id: access.id,
    consumer_id: consumer.id,
    project_id: projectId,
    authorizing_user_id: adminId,
    expires_at: access.expiresAt,
  });
  expect((await cloud.send("GET", path, { token: admin })).body.access_tokens).toEqual([shown]);
  const roles = (await cloud.send("GET", `${path}/${access.id}/roles`, { token: admin })).body.roles;
  expect(roles).toMatchObject([{ name: "member" }]);
  const role = `${path}/${access.id}/roles/${roles[0].id}`;
  expect((await cloud.send("GET", role, { token: admin })).body.role).toEqual(roles[0]);
  expect((await cloud.send("GET", `${path}/${access.id}/roles/none`, { token: admin })).status).toBe(404);
  expect((await cloud.send("DELETE", `${path}/${access.id}`, { token: admin })).status).toBe(204);
  expect((await cloud.send("GET", `${path}/${access.id}`, { token: admin })).status).toBe(404);
  await expect(cloud.identity.authenticate(token)).rejects.toThrow();
  expect((await signInWith(consumer, access)).status).toBe(401);
});

test("a consumer that is deleted takes its tokens along", async () => {
  const consumer = await makeConsumer("short");
  const issued = await signInWith(consumer, await makeAccess(consumer));
  const token = issued.headers["x-subject-token"] as string;
  await expect(cloud.identity.authenticate(token)).resolves.toBeDefined();
  await cloud.send("DELETE", `/v3/OS-OAUTH1/consumers/${consumer.id}`, { token: admin });
  await expect(cloud.identity.authenticate(token)).rejects.toThrow();
});

test("what was not signed by the consumer, lately and whole, is refused", async () => {
  const consumer = await makeConsumer("careful");
  const stranger = await makeConsumer("stranger");
  const headers = { "requested-project-id": projectId };
  const path = "/v3/OS-OAUTH1/request_token";
  expect((await cloud.send("POST", path, { headers })).status).toBe(400);
  expect((await askFor({ ...consumer, secret: stranger.secret })).status).toBe(401);
  expect((await askFor({ ...consumer, id: "none" })).status).toBe(404);
  expect((await askFor(consumer, { headers: { "requested-project-id": "none" } })).status).toBe(404);
  expect((await askFor(consumer, { headers: {} })).status).toBe(400);
  expect((await askFor(consumer, { parameters: { oauth_timestamp: "137131200" } })).status).toBe(400);
  expect((await askFor(consumer, { parameters: { oauth_signature_method: "PLAINTEXT" } })).status).toBe(400);

  const request = tokenOf(await askFor(consumer));
  const trade = (keys: { consumer: Key; token: Key }, verifier: string) =>
    signed("/v3/OS-OAUTH1/access_token", keys, { parameters: { oauth_verifier: verifier } });
  expect((await trade({ consumer, token: request }, "unknown1")).status).toBe(401);
  expect((await authorize(request, [{ id: "none" }])).status).toBe(401);
  const verifier = (await authorize(request, [{ name: "reader" }])).body.token.oauth_verifier as string;
  expect(verifier).toMatch(/^[A-Za-z0-9]{8}$/);
  expect((await trade({ consumer, token: request }, "unknown1")).status).toBe(401);
  expect((await trade({ consumer: stranger, token: request }, verifier)).status).toBe(401);
  expect((await trade({ consumer, token: { ...request, secret: "no" } }, verifier)).status).toBe(401);
  const access = tokenOf(await trade({ consumer, token: request }, verifier));
  expect((await trade({ consumer, token: request }, verifier)).status).toBe(404);
  expect((await signInWith(stranger, access)).status).toBe(401);
  cloud.clock.offsetMs = 90_000_000;
  expect((await signInWith(consumer, access)).status).toBe(401);
  cloud.clock.offsetMs = 0;
});

/** Every table, as text. */
async function tableTexts(): Promise<Map<string, string>> {
  const db = cloud.database.db as unknown as {
    readonly introspection: { getTables(): Promise<{ readonly name: string }[]> };
    selectFrom(table: string): { selectAll(): { execute(): Promise<object[]> } };
  };
  const texts = new Map<string, string>();
  for (const { name } of await db.introspection.getTables())
    texts.set(name, JSON.stringify(await db.selectFrom(name).selectAll().execute()));
  return texts;
}

test("a rotation of the master key reaches every box of the service, and each opens afterwards", async () => {
  const consumer = await makeConsumer("rotated");
  const [request, access] = [tokenOf(await askFor(consumer)), await makeAccess(consumer)];
  const credential = { user_id: adminId, type: "cert", blob: "sealed blob" };
  const made = await cloud.send("POST", "/v3/credentials", { token: admin, body: { credential } });
  const credentialPath = `/v3/credentials/${made.body.credential.id}`;
  const domain = await cloud.send("POST", "/v3/domains", {
    token: admin,
    body: { domain: { name: "Kept" } },
  });
  const config = { config: { ldap: { url: "ldap://a", password: "directory password" } } };
  const configPath = `/v3/domains/${domain.body.domain.id}/config`;
  expect((await cloud.send("PUT", configPath, { token: admin, body: config })).status).toBe(201);

  const path = "/key-manager/v1/sealstone-master-keys";
  const keys = async () => (await cloud.send("GET", path, { token: admin })).body.master_keys;
  const [{ id: old }] = await keys();
  const tablesOf = async (key: string): Promise<string[]> =>
    [...(await tableTexts())].flatMap(([name, text]) => (text.includes(key) ? [name] : []));
  const places = [
    "identity_credentials",
    "identity_domain_config",
    "identity_oauth1_access_tokens",
    "identity_oauth1_consumers",
    "identity_oauth1_request_tokens",
    "identity_token_keys",
    "key_manager_master_keys",
  ];
  expect((await tablesOf(old)).toSorted()).toEqual(places);
  expect((await cloud.send("POST", path, { token: admin })).status).toBe(202);
  await expect
    .poll(keys, { timeout: 20_000 })
    .toMatchObject([{ status: "OLD", remaining: 0 }, { status: "CURRENT" }]);
  expect(await tablesOf(old)).toEqual(["key_manager_master_keys"]);
  const [, { id: current }] = await keys();
  expect((await tablesOf(current)).toSorted()).toEqual(places);

  expect((await cloud.send("GET", credentialPath, { token: admin })).body.credential.blob).toBe(
    "sealed blob",
  );
  expect((await signInWith(consumer, access)).status).toBe(201);
  const verifier = (await authorize(request, [{ name: "member" }])).body.token.oauth_verifier as string;
  const parameters = { oauth_verifier: verifier };
  tokenOf(await signed("/v3/OS-OAUTH1/access_token", { consumer, token: request }, { parameters }));
});
