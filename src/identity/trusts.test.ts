import { afterAll, beforeAll, expect, test } from "vitest";
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
let demo: string;
let adminId: string;
let demoId: string;
let projectId: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  demo = await cloud.signIn("demo", passwords.demo, projectScope("demo"));
  demoId = (await cloud.identity.authenticate(demo)).userId;
  const caller = await cloud.identity.authenticate(admin);
  [adminId, projectId] = [caller.userId, caller.projectId ?? ""];
});
afterAll(() => cloud.close());

const trusts = "/v3/OS-TRUST/trusts";

const create = (fields: object, token = admin) => {
  const usual = {
    trustor_user_id: adminId,
    trustee_user_id: demoId,
    project_id: projectId,
    impersonation: false,
  };
  return cloud.send("POST", trusts, {
    token,
    body: { trust: { ...usual, roles: [{ name: "member" }], ...fields } },
  });
};

async function make(fields: object, token = admin): Promise<string> {
  const answer = await create(fields, token);
  expect([answer.status, answer.body.error]).toEqual([201, undefined]);
  return answer.body.trust.id;
}

const use = (trustId: string, token = demo): Promise<Answer> =>
  cloud.send("POST", "/v3/auth/tokens", { body: tokenAuth(token, { "OS-TRUST:trust": { id: trustId } }) });

async function tokenBy(trustId: string): Promise<string> {
  const answer = await use(trustId);
  expect(answer.status).toBe(201);
  return answer.headers["x-subject-token"] as string;
}

test("a trust through its life, seen by both and by nobody else", async () => {
  const answer = await create({ expires_at: "2099-01-02T03:04:05Z" });
  expect(answer.status).toBe(201);
  const { trust } = answer.body;
  expect(trust).toMatchObject({
    trustor_user_id: adminId,
    trustee_user_id: demoId,
    project_id: projectId,
    impersonation: false,
    expires_at: "2099-01-02T03:04:05.000000Z",
    remaining_uses: null,
    redelegation_count: 0,
    roles: [{ name: "member" }],
  });
  const path = `${trusts}/${trust.id}`;
  for (const token of [admin, demo]) {
    expect((await cloud.send("GET", path, { token })).body.trust).toEqual(trust);
    expect((await cloud.send("GET", `${path}/roles`, { token })).body.roles).toEqual(trust.roles);
  }
  const role = `${path}/roles/${trust.roles[0].id}`;
  expect((await cloud.send("HEAD", role, { token: demo })).status).toBe(200);
  expect((await cloud.send("GET", `${path}/roles/none`, { token: demo })).status).toBe(404);
  const ids = async (query: string, token: string) =>
    (await cloud.send("GET", `${trusts}?${query}`, { token })).body.trusts?.map(
      (one: { id: string }) => one.id,
    );
  expect(await ids(`trustor_user_id=${adminId}`, admin)).toEqual([trust.id]);
  expect(await ids(`trustee_user_id=${demoId}`, demo)).toEqual([trust.id]);
  expect(await ids("", admin)).toEqual([trust.id]);
  expect((await cloud.send("GET", trusts, { token: demo })).status).toBe(403);
  expect((await cloud.send("GET", `${trusts}?trustor_user_id=${adminId}`, { token: demo })).status).toBe(403);
  expect((await cloud.send("DELETE", path, { token: demo })).status).toBe(403);
  expect((await cloud.send("DELETE", path, { token: admin })).status).toBe(204);
  const gone = await cloud.send("GET", path, { token: admin });
  expect([gone.status, gone.body.error.message]).toEqual([404, `Could not find trust: ${trust.id}.`]);
});

test("the trustee acts with the roles lent, as themselves or as the trustor", async () => {
  const trustId = await make({});
  const issued = await use(trustId);
  expect(issued.status).toBe(201);
  expect(issued.body.token).toMatchObject({
    user: { id: demoId },
    project: { id: projectId },
    roles: [{ name: "member" }, { name: "reader" }],
    "OS-TRUST:trust": {
      id: trustId,
      impersonation: false,
      trustor_user: { id: adminId },
      trustee_user: { id: demoId },
    },
  });
  const token = await tokenBy(await make({ impersonation: true }));
  expect(await cloud.identity.authenticate(token)).toMatchObject({
    userId: adminId,
    userName: "admin",
    projectId,
    roles: ["member", "reader"],
  });
  const stranger = await use(trustId, admin);
  expect([stranger.status, stranger.body.error.message]).toEqual([403, "User is not a trustee."]);
  expect((await use("none")).status).toBe(401);
  await cloud.send("DELETE", `${trusts}/${trustId}`, { token: admin });
  await expect(cloud.identity.authenticate(issued.headers["x-subject-token"] as string)).rejects.toThrow();
});

test("what a trust gave makes no more of itself", async () => {
  const token = await tokenBy(await make({ impersonation: true }));
  expect((await cloud.send("POST", "/v3/auth/tokens", { body: tokenAuth(token) })).status).toBe(403);
  const path = `/v3/users/${adminId}/application_credentials`;
  const body = { application_credential: { name: "escape" } };
  expect((await cloud.send("POST", path, { token, body })).status).toBe(403);
});

test("an application credential sees and makes no trusts", async () => {
  const body = { application_credential: { name: "app", unrestricted: true } };
  const made = await cloud.send("POST", `/v3/users/${adminId}/application_credentials`, {
    token: admin,
    body,
  });
  const { id, secret } = made.body.application_credential;
  const identity = { methods: ["application_credential"], application_credential: { id, secret } };
  const issued = await cloud.send("POST", "/v3/auth/tokens", { body: { auth: { identity } } });
  const token = issued.headers["x-subject-token"] as string;
  expect((await create({}, token)).status).toBe(403);
  expect((await cloud.send("GET", trusts, { token })).status).toBe(403);
});

test("uses are counted and an end is an end", async () => {
  const counted = await make({ remaining_uses: 1 });
  const token = await tokenBy(counted);
  await expect(cloud.identity.authenticate(token)).resolves.toBeDefined();
  expect((await use(counted)).status).toBe(401);
  expect((await cloud.send("GET", `${trusts}/${counted}`, { token: admin })).status).toBe(404);
  const brief = await make({ expires_at: new Date(Date.now() + 60_000).toISOString() });
  const last = await tokenBy(brief);
  cloud.clock.offsetMs = 61_000;
  await expect(cloud.identity.authenticate(last)).rejects.toThrow();
  expect((await use(brief)).status).toBe(401);
  cloud.clock.offsetMs = 0;
});

test.each([
  [{ expires_at: "bad.123Z" }, 400],
  [{ remaining_uses: 0 }, 400],
  [{ remaining_uses: 2, allow_redelegation: true }, 400],
  [{ impersonation: "yes" }, 400],
  [{ roles: [] }, 403],
  [{ allow_redelegation: true, redelegation_count: 4 }, 403],
  [{ roles: [{ name: "none" }] }, 404],
  [{ trustee_user_id: "none" }, 404],
  [{ project_id: "none" }, 404],
])("the trust %j is %i", async (fields, status) => {
  expect((await create(fields)).status).toBe(status);
});

test("nobody lends for another", async () => {
  expect((await create({}, demo)).status).toBe(403);
});

test("a trust is passed on as far as it allows, and goes with the first", async () => {
  const member = { roles: [{ name: "member" }], impersonation: true };
  const first = await make({ ...member, allow_redelegation: true, redelegation_count: 1 });
  const token = await tokenBy(first);
  expect((await create({ roles: [{ name: "reader" }], impersonation: true }, token)).status).toBe(403);
  const answer = await create(member, token);
  expect(answer.body.trust).toMatchObject({ redelegated_trust_id: first, redelegation_count: 0 });
  const second = answer.body.trust.id;
  const further = await create(member, await tokenBy(second));
  expect([further.status, further.body.error.message]).toEqual([
    403,
    "Remaining redelegation depth of 0 out of allowed range of [0..3]",
  ]);
  await cloud.send("DELETE", `${trusts}/${first}`, { token: admin });
  expect((await cloud.send("GET", `${trusts}/${second}`, { token: admin })).status).toBe(404);
});

test("a trust is worth what its trustor still has", async () => {
  const user = { name: "lender", password: "lender-1" };
  const lenderId = (await cloud.send("POST", "/v3/users", { token: admin, body: { user } })).body.user.id;
  const member = (await cloud.send("GET", "/v3/roles?name=member", { token: admin })).body.roles[0].id;
  const grant = `/v3/projects/${projectId}/users/${lenderId}/roles/${member}`;
  await cloud.send("PUT", grant, { token: admin });
  const lender = await cloud.signIn("lender", "lender-1", projectScope("admin"));
  const token = await tokenBy(await make({ trustor_user_id: lenderId }, lender));
  await expect(cloud.identity.authenticate(token)).resolves.toBeDefined();
  await cloud.send("DELETE", grant, { token: admin });
  await expect(cloud.identity.authenticate(token)).rejects.toThrow();
  await cloud.send("PUT", grant, { token: admin });
  await expect(cloud.identity.authenticate(token)).resolves.toBeDefined();
  const disabled = { user: { enabled: false } };
  await cloud.send("PATCH", `/v3/users/${lenderId}`, { token: admin, body: disabled });
  await expect(cloud.identity.authenticate(token)).rejects.toThrow();
  expect((await cloud.send("DELETE", `/v3/users/${lenderId}`, { token: admin })).status).toBe(204);
});
