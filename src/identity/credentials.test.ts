import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type Answer, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
let demo: string;
let demoId: string;
let projectId: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  demo = await cloud.signIn("demo", passwords.demo, projectScope("demo"));
  const caller = await cloud.identity.authenticate(demo);
  [demoId, projectId] = [caller.userId, caller.projectId ?? ""];
});
afterAll(() => cloud.close());

const path = "/v3/credentials";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

const create = (fields: object, token = demo): Promise<Answer> =>
  cloud.send("POST", path, {
    token,
    body: { credential: { user_id: demoId, type: "cert", blob: "x", ...fields } },
  });

async function make(fields: object): Promise<{ id: string; blob: string }> {
  const answer = await create(fields);
  expect(answer.status).toBe(201);
  return answer.body.credential;
}

async function delegatedToken(unrestricted: boolean): Promise<string> {
  const made = await cloud.send("POST", `/v3/users/${demoId}/application_credentials`, {
    token: demo,
    body: { application_credential: { name: `app ${unrestricted}`, unrestricted } },
  });
  const { id, secret } = made.body.application_credential;
  const identity = { methods: ["application_credential"], application_credential: { id, secret } };
  const issued = await cloud.send("POST", "/v3/auth/tokens", { body: { auth: { identity } } });
  return issued.headers["x-subject-token"] as string;
}

test("a credential through its life, sealed in the database", async () => {
  const { id, blob } = await make({ type: "totp", blob: "a-very-secret-seed" });
  expect(blob).toBe("a-very-secret-seed");
  const rows = JSON.stringify(
    await cloud.database.db.selectFrom("identity_credentials").selectAll().execute(),
  );
  expect(rows).not.toContain("seed");
  expect(rows).not.toContain(Buffer.from("a-very-secret-seed").toString("base64").slice(0, 12));
  const one = `${path}/${id}`;
  const shown = await cloud.send("GET", one, { token: demo });
  expect(shown.body.credential).toMatchObject({ id, user_id: demoId, project_id: null, type: "totp", blob });
  const changed = await cloud.send("PATCH", one, { token: demo, body: { credential: { blob: "another" } } });
  expect(changed.body.credential).toMatchObject({ id, type: "totp", blob: "another" });
  expect((await cloud.send("GET", one, { token: admin })).body.credential).toEqual(changed.body.credential);
  expect((await cloud.send("DELETE", one, { token: demo })).status).toBe(204);
  const gone = await cloud.send("GET", one, { token: admin });
  expect([gone.status, gone.body.error.message]).toEqual([404, `Could not find credential: ${id}.`]);
});

test("the list is filtered, and shows nobody another's", async () => {
  const mine = await make({ type: "cert" });
  const ids = async (query: string, token: string): Promise<string[]> =>
    (await cloud.send("GET", `${path}?${query}`, { token })).body.credentials.map(
      (one: { id: string }) => one.id,
    );
  const adminId = (await cloud.identity.authenticate(admin)).userId;
  const theirs = (await create({ user_id: adminId, type: "cert" }, admin)).body.credential;
  expect(await ids("", demo)).toEqual([mine.id]);
  expect(new Set(await ids("", admin))).toEqual(new Set([mine.id, theirs.id]));
  expect(await ids(`user_id=${adminId}`, admin)).toEqual([theirs.id]);
  expect(await ids("type=totp", admin)).toEqual([]);
  expect((await cloud.send("GET", `${path}/${theirs.id}`, { token: demo })).status).toBe(403);
  expect((await create({ user_id: adminId })).status).toBe(403);
  const given = await cloud.send("PATCH", `${path}/${mine.id}`, {
    token: demo,
    body: { credential: { user_id: adminId } },
  });
  expect(given.status).toBe(403);
});

test("an EC2 credential has a project and the id of its access key", async () => {
  const blob = JSON.stringify({ access: "AK1", secret: "SK1" });
  const ec2 = { type: "ec2", project_id: projectId };
  expect((await create({ type: "ec2", blob })).status).toBe(400);
  for (const bad of ["{}", "no JSON but SECRET", '"AK1"']) {
    const refused = await create({ ...ec2, blob: bad });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).not.toContain("SECRET");
  }
  const made = await make({ ...ec2, blob });
  expect(made).toMatchObject({ id: sha256("AK1"), blob });
  expect((await create({ ...ec2, blob })).status).toBe(409);
  const bound = JSON.stringify({ access: "AK1", secret: "SK2", trust_id: "some" });
  const change = { token: demo, body: { credential: { blob: bound } } };
  expect((await cloud.send("PATCH", `${path}/${made.id}`, change)).status).toBe(400);
});

test("EC2 keys through their life", async () => {
  const ec2 = `/v3/users/${demoId}/credentials/OS-EC2`;
  const made = await cloud.send("POST", ec2, { token: demo, body: { tenant_id: projectId } });
  expect(made.status).toBe(201);
  const { credential } = made.body;
  expect(credential).toMatchObject({ user_id: demoId, tenant_id: projectId, trust_id: null });
  expect(credential.secret).toMatch(/^[0-9a-f]{32}$/);
  const one = `${ec2}/${credential.access}`;
  expect(credential.links.self).toMatch(new RegExp(`${one}$`));
  expect((await cloud.send("GET", one, { token: demo })).body.credential).toEqual(credential);
  expect((await cloud.send("GET", ec2, { token: demo })).body.credentials).toContainEqual(credential);
  const same = await cloud.send("GET", `${path}/${sha256(credential.access)}`, { token: demo });
  expect(JSON.parse(same.body.credential.blob)).toMatchObject({ secret: credential.secret });
  expect((await cloud.send("POST", ec2, { token: demo, body: { tenant_id: "none" } })).status).toBe(404);
  const other = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  const adminId = (await cloud.identity.authenticate(other)).userId;
  const foreign = `/v3/users/${adminId}/credentials/OS-EC2`;
  expect((await cloud.send("GET", foreign, { token: demo })).status).toBe(403);
  expect((await cloud.send("POST", foreign, { token: demo, body: { tenant_id: projectId } })).status).toBe(
    403,
  );
  expect((await cloud.send("DELETE", one, { token: demo })).status).toBe(204);
  expect((await cloud.send("GET", one, { token: demo })).status).toBe(404);
});

test("a delegated token keeps to its project, and what it makes to the delegation", async () => {
  const totp = await make({ type: "totp", blob: "seed" });
  const restricted = await delegatedToken(false);
  expect((await cloud.send("GET", `${path}/${totp.id}`, { token: restricted })).status).toBe(403);
  const listed = (await cloud.send("GET", path, { token: restricted })).body.credentials;
  expect(listed.map((one: { project_id: string }) => one.project_id)).not.toContain(null);
  const ec2 = { type: "ec2", project_id: projectId, blob: JSON.stringify({ access: "AK2" }) };
  expect((await create(ec2, restricted)).status).toBe(403);
  const free = await delegatedToken(true);
  const made = await create(ec2, free);
  expect(made.status).toBe(201);
  expect(JSON.parse(made.body.credential.blob)).toMatchObject({
    access: "AK2",
    app_cred_id: expect.any(String),
  });
});

test("credentials go with their project and with their user", async () => {
  const project = (
    await cloud.send("POST", "/v3/projects", { token: admin, body: { project: { name: "short" } } })
  ).body.project.id;
  const { id } = await make({ project_id: project });
  await cloud.send("DELETE", `/v3/projects/${project}`, { token: admin });
  expect((await cloud.send("GET", `${path}/${id}`, { token: admin })).status).toBe(404);
  const body = { user: { name: "brief" } };
  const user = (await cloud.send("POST", "/v3/users", { token: admin, body })).body.user.id;
  const theirs = (await create({ user_id: user }, admin)).body.credential.id;
  expect((await cloud.send("DELETE", `/v3/users/${user}`, { token: admin })).status).toBe(204);
  expect((await cloud.send("GET", `${path}/${theirs}`, { token: admin })).status).toBe(404);
});
