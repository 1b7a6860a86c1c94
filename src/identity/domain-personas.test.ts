import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  await furnish();
});
afterAll(() => cloud.close());

type Method = Parameters<TestCloud["send"]>[0];
type Persona = "manager" | "member" | "reader";

const ids: Record<string, string> = {};
const tokens = new Map<Persona, string>();

const as = (token: string, method: Method, path: string, body?: unknown) =>
  cloud.send(method, `/v3/${path}`, { token, ...(body === undefined ? {} : { body }) });

async function make(kind: string, fields: Record<string, unknown>): Promise<string> {
  const answer = await as(admin, "POST", `${kind}s`, { [kind]: fields });
  expect([kind, fields, answer.status]).toEqual([kind, fields, 201]);
  return answer.body[kind].id;
}

/** Domain "own" with a user, a group and a project, and the personas on it; the same in "other". */
async function furnish(): Promise<void> {
  for (const name of ["own", "other"]) {
    const domain = await make("domain", { name });
    ids[name] = domain;
    ids[`${name}User`] = await make("user", { name: "user", domain_id: domain, password: "user-pass" });
    ids[`${name}Group`] = await make("group", { name: "group", domain_id: domain });
    ids[`${name}Project`] = await make("project", { name: "project", domain_id: domain, tags: ["t"] });
  }
  for (const { id, name } of (await as(admin, "GET", "roles")).body.roles) ids[name] = id;
  for (const persona of ["manager", "member", "reader"] as const) {
    const user = await make("user", { name: persona, domain_id: ids["own"], password: `${persona}-pass` });
    const grant = await as(admin, "PUT", `domains/${ids["own"]}/users/${user}/roles/${ids[persona]}`);
    expect(grant.status).toBe(204);
    const identity = { methods: ["password"], password: { user: { id: user, password: `${persona}-pass` } } };
    const auth = { identity, scope: { domain: { id: ids["own"] } } };
    const issued = await cloud.send("POST", "/v3/auth/tokens", { body: { auth } });
    tokens.set(persona, String(issued.headers["x-subject-token"]));
  }
}

const fill = (path: string): string =>
  path.replaceAll(/[{](\w+)[}]/g, (_, name: string) => ids[name] ?? name);

const statuses = async (method: Method, path: string, body?: unknown): Promise<number[]> => {
  const found: number[] = [];
  for (const persona of ["manager", "member", "reader"] as const)
    found.push((await as(tokens.get(persona) ?? "", method, fill(path), body)).status);
  return found;
};

const reads = [
  "users/{User}",
  "users/{User}/groups",
  "users/{User}/projects",
  "groups/{Group}",
  "groups/{Group}/users",
  "projects/{Project}",
  "projects/{Project}/tags",
  "projects/{Project}/users/{User}/roles",
  "domains/{}/groups/{Group}/roles",
];

test.each(reads)("whoever reads a domain reads %s of it, and of no other", async (path) => {
  const of = (domain: string) => path.replaceAll(/[{](\w*)[}]/g, `{${domain}$1}`);
  expect(await statuses("GET", of("own"))).toEqual([200, 200, 200]);
  expect(await statuses("GET", of("other"))).toEqual([403, 403, 403]);
});

test("lists show the domain alone, whoever asks with a token for it", async () => {
  const token = tokens.get("reader") ?? "";
  for (const [path, key] of [
    ["users", "users"],
    ["groups", "groups"],
    ["projects", "projects"],
  ] as const) {
    const { body } = await as(token, "GET", path);
    const domains = body[key].map((one: { domain_id: string }) => one.domain_id);
    expect([path, new Set(domains)]).toEqual([path, new Set([ids["own"]])]);
  }
  const { domains } = (await as(token, "GET", "domains")).body;
  expect(domains.map(({ name }: { name: string }) => name)).toEqual(["own"]);
  const given = (await as(token, "GET", "role_assignments")).body.role_assignments;
  expect(given.length).toBe(3);
  expect(
    (await as(token, "GET", `role_assignments?scope.project.id=${ids["ownProject"]}&include_subtree`)).status,
  ).toBe(200);
  expect(
    (await as(token, "GET", `role_assignments?scope.project.id=${ids["otherProject"]}&include_subtree`))
      .status,
  ).toBe(403);
});

const writes: readonly { readonly method: Method; readonly path: string; readonly body?: unknown }[] = [
  { method: "PATCH", path: "users/{User}", body: { user: { description: "x" } } },
  { method: "PATCH", path: "groups/{Group}", body: { group: { description: "x" } } },
  { method: "PATCH", path: "projects/{Project}", body: { project: { description: "x" } } },
  { method: "PUT", path: "projects/{Project}/tags/new" },
  { method: "PUT", path: "groups/{Group}/users/{User}" },
  { method: "PUT", path: "projects/{Project}/users/{User}/roles/{member}" },
  { method: "PUT", path: "domains/{}/groups/{Group}/roles/{manager}" },
  { method: "DELETE", path: "domains/{}/groups/{Group}/roles/{manager}" },
];

test.each(writes)("the manager of a domain may $method $path of it alone", async ({ method, path, body }) => {
  const of = (domain: string) => path.replaceAll(/[{](User|Group|Project|)[}]/g, `{${domain}$1}`);
  const [manager, member, reader] = await statuses(method, of("own"), body);
  expect([member, reader]).toEqual([403, 403]);
  expect([200, 201, 204]).toContain(manager);
  expect(await statuses(method, of("other"), body)).toEqual([403, 403, 403]);
});

test("a manager makes and deletes in their domain when the body names it", async () => {
  const token = tokens.get("manager") ?? "";
  for (const kind of ["user", "group", "project"]) {
    const post = (domain: unknown) =>
      as(token, "POST", `${kind}s`, { [kind]: { name: "made", domain_id: domain } });
    const made = await post(ids["own"]);
    expect([kind, made.status]).toEqual([kind, 201]);
    for (const domain of [ids["other"], undefined, 7]) expect((await post(domain)).status).toBe(403);
    expect((await as(token, "DELETE", `${kind}s/${made.body[kind].id}`)).status).toBe(204);
    expect(
      (await as(token, "DELETE", `${kind}s/${ids[`other${kind.charAt(0).toUpperCase()}${kind.slice(1)}`]}`))
        .status,
    ).toBe(403);
  }
});

test("a manager gives and sees roles up to their own, never the administrator's", async () => {
  const grant = (role: string) => statuses("PUT", `projects/{ownProject}/users/{ownUser}/roles/{${role}}`);
  expect(await grant("reader")).toEqual([204, 403, 403]);
  expect(await grant("admin")).toEqual([403, 403, 403]);
  expect(await statuses("GET", "roles")).toEqual([200, 403, 403]);
  expect(await statuses("GET", "roles/{member}")).toEqual([200, 403, 403]);
  expect(await statuses("GET", "roles/{admin}")).toEqual([403, 403, 403]);
});

test("a manager of a project manages no domain", async () => {
  const { ownProject: project, ownUser: user, manager } = ids;
  expect((await as(admin, "PUT", `projects/${project}/users/${user}/roles/${manager}`)).status).toBe(204);
  const identity = { methods: ["password"], password: { user: { id: user, password: "user-pass" } } };
  const auth = { identity, scope: { project: { id: project } } };
  const issued = await cloud.send("POST", "/v3/auth/tokens", { body: { auth } });
  const token = String(issued.headers["x-subject-token"]);
  for (const path of ["users", "roles", "projects", `groups/${ids["ownGroup"]}`])
    expect([path, (await as(token, "GET", path)).status]).toEqual([path, 403]);
  expect((await as(token, "GET", `projects/${project}`)).status).toBe(200);
});

test("what is the whole cloud's is no matter of a token for a domain, even an administrator's", async () => {
  const user = await make("user", { name: "ruler", domain_id: ids["own"], password: "ruler-pass" });
  const grant = await as(admin, "PUT", `domains/${ids["own"]}/users/${user}/roles/${ids["admin"]}`);
  expect(grant.status).toBe(204);
  const identity = { methods: ["password"], password: { user: { id: user, password: "ruler-pass" } } };
  const auth = { identity, scope: { domain: { id: ids["own"] } } };
  const issued = await cloud.send("POST", "/v3/auth/tokens", { body: { auth } });
  const token = String(issued.headers["x-subject-token"]);
  for (const path of ["services", "endpoints", "policies", "role_inferences", `system/users/${user}/roles`])
    expect([path, (await as(token, "GET", path)).status]).toEqual([path, 403]);
  expect((await as(token, "POST", "domains", { domain: { name: "third" } })).status).toBe(403);
  for (const path of ["users", "groups", "projects", "roles", "domains", "regions"])
    expect([path, (await as(token, "GET", path)).status]).toEqual([path, 200]);
});

test("with a token for the system nobody lends what is of a project", async () => {
  const system = await cloud.signIn("admin", passwords.admin, { system: { all: true } });
  const { userId } = await cloud.identity.authenticate(system);
  const application = { application_credential: { name: "none" } };
  const made = await as(system, "POST", `users/${userId}/application_credentials`, application);
  expect(made.status).toBe(403);
});

test("of some things everybody with a token learns that they are not there", async () => {
  const demo = await cloud.signIn("demo", passwords.demo, projectScope("demo"));
  const status = async (method: Method, path: string, body?: unknown) =>
    (await as(demo, method, path, body)).status;
  const domain = { domain: { name: "x" } };
  expect(await status("PATCH", "domains/none", domain)).toBe(404);
  expect(await status("PATCH", `domains/${ids["own"]}`, domain)).toBe(403);
  for (const path of ["domains/none", "groups/none", "roles/none"])
    expect([path, await status("DELETE", path)]).toEqual([path, 404]);
  for (const path of ["users/none", "projects/none", "endpoints/none"])
    expect([path, await status("DELETE", path)]).toEqual([path, 403]);
});
