import { afterAll, beforeAll, expect, test } from "vitest";
import {
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

const as = (token: string, body?: unknown) => (body === undefined ? { token } : { token, body });

async function make(kind: "project" | "user" | "role" | "domain", fields: Record<string, unknown>) {
  const answer = await cloud.send("POST", `/v3/${kind}s`, as(admin, { [kind]: fields }));
  expect(answer.status).toBe(201);
  return answer.body[kind];
}

async function idOf(kind: "projects" | "users" | "roles", name: string): Promise<string> {
  return (await cloud.send("GET", `/v3/${kind}?name=${name}`, as(admin))).body[kind][0].id;
}

test("a project through its life", async () => {
  const project = await make("project", { name: "alpha", description: "first", tags: ["a"], cost_centre: 7 });
  expect(project).toMatchObject({
    name: "alpha",
    domain_id: "default",
    parent_id: "default",
    enabled: true,
    is_domain: false,
    tags: ["a"],
    cost_centre: 7,
  });
  expect(project.links.self).toMatch(new RegExp(`/identity/v3/projects/${project.id}$`));
  const taken = await cloud.send("POST", "/v3/projects", as(admin, { project: { name: "alpha" } }));
  expect(taken.status).toBe(409);
  expect(taken.body.error.message).toMatch(/^Conflict occurred attempting to store project - /);
  const path = `/v3/projects/${project.id}`;
  const changed = await cloud.send("PATCH", path, as(admin, { project: { enabled: false } }));
  expect(changed.body.project).toMatchObject({ enabled: false, description: "first", cost_centre: 7 });
  const names = async (query: string) =>
    (await cloud.send("GET", `/v3/projects?${query}`, as(admin))).body.projects.map(
      (one: { name: string }) => one.name,
    );
  expect(await names("enabled=False")).toEqual(["alpha"]);
  expect(await names("name=alpha&enabled=True")).toEqual([]);
  expect(await names("domain_id=default")).toEqual(["admin", "alpha", "demo", "service"]);
  expect((await cloud.send("DELETE", path, as(admin))).status).toBe(204);
  const gone = await cloud.send("GET", path, as(admin));
  expect([gone.status, gone.body.error.message]).toEqual([404, `Could not find project: ${project.id}.`]);
});

test.each([
  { project: { name: "" } },
  { project: { name: "x".repeat(65) } },
  { project: { name: "x", domain_id: "nowhere" } },
  { project: { name: "x", is_domain: true, domain_id: "default" } },
  { project: { name: "x", tags: ["a,b"] } },
  { project: { name: "x", enabled: "yes" } },
  {},
])("the project %j is 400", async (body) => {
  expect((await cloud.send("POST", "/v3/projects", as(admin, body))).status).toBe(400);
});

test("a user through its life: sign-in, own password, disabled, deleted", async () => {
  const user = await make("user", { name: "carol", password: "carol-1", email: "c@example.org" });
  expect(user).toMatchObject({ name: "carol", email: "c@example.org", enabled: true, options: {} });
  expect(JSON.stringify(user)).not.toContain("carol-1");
  const [first, second] = [await cloud.signIn("carol", "carol-1"), await cloud.signIn("carol", "carol-1")];
  const change = (original_password: string, password: string) =>
    cloud.send("POST", `/v3/users/${user.id}/password`, { body: { user: { original_password, password } } });
  expect((await change("wrong", "carol-2")).status).toBe(401);
  expect((await change("carol-1", "carol-2")).status).toBe(204);
  for (const token of [first, second]) await expect(cloud.identity.authenticate(token)).rejects.toThrow();
  expect(
    (await cloud.send("POST", "/v3/auth/tokens", { body: passwordAuth("carol", "carol-1") })).status,
  ).toBe(401);
  const third = await cloud.signIn("carol", "carol-2");
  const path = `/v3/users/${user.id}`;
  await cloud.send("PATCH", path, as(admin, { user: { enabled: false } }));
  await expect(cloud.identity.authenticate(third)).rejects.toThrow();
  expect(
    (await cloud.send("POST", "/v3/auth/tokens", { body: passwordAuth("carol", "carol-2") })).status,
  ).toBe(401);
  await cloud.send("PATCH", path, as(admin, { user: { enabled: true, description: "back" } }));
  await expect(cloud.identity.authenticate(third)).rejects.toThrow();
  expect((await cloud.send("GET", path, as(admin))).body.user).toMatchObject({
    description: "back",
    email: "c@example.org",
  });
  expect((await cloud.send("DELETE", path, as(admin))).status).toBe(204);
  expect((await cloud.send("GET", path, as(admin))).body.error.message).toBe(
    `Could not find user: ${user.id}.`,
  );
});

test("no answer of a user shows the password's hash", async () => {
  const list = await cloud.send("GET", "/v3/users", as(admin));
  expect(list.body.users.length).toBeGreaterThan(1);
  expect(JSON.stringify(list.body)).not.toMatch(/argon2|password_hash/);
});

test("roles: own ones come and go, those of the cloud are immutable", async () => {
  const role = await make("role", { name: "auditor", description: "looks" });
  expect(role).toMatchObject({ name: "auditor", domain_id: null, options: {} });
  const renamed = await cloud.send("PATCH", `/v3/roles/${role.id}`, as(admin, { role: { name: "checker" } }));
  expect(renamed.body.role.name).toBe("checker");
  expect((await cloud.send("DELETE", `/v3/roles/${role.id}`, as(admin))).status).toBe(204);
  const refused = await cloud.send("DELETE", `/v3/roles/${await idOf("roles", "admin")}`, as(admin));
  expect(refused.status).toBe(403);
  expect(refused.body.error.message).toContain("immutable");
});

test("assignments decide about tokens at once", async () => {
  const [project, user, member] = await Promise.all([
    make("project", { name: "beta" }),
    make("user", { name: "bob", password: "bob-1" }),
    idOf("roles", "member"),
  ]);
  const grants = `/v3/projects/${project.id}/users/${user.id}/roles`;
  const grant = `${grants}/${member}`;
  expect((await cloud.send("HEAD", grant, as(admin))).status).toBe(404);
  expect((await cloud.send("PUT", grant, as(admin))).status).toBe(204);
  expect((await cloud.send("PUT", grant, as(admin))).status).toBe(204);
  expect((await cloud.send("HEAD", grant, as(admin))).status).toBe(204);
  expect((await cloud.send("GET", grants, as(admin))).body.roles).toMatchObject([{ name: "member" }]);
  const token = await cloud.signIn("bob", "bob-1", projectScope("beta"));
  expect((await cloud.identity.authenticate(token)).roles).toEqual(["member", "reader"]);
  expect((await cloud.send("GET", `/v3/users/${user.id}/projects`, as(token))).body.projects).toMatchObject([
    { name: "beta" },
  ]);
  expect((await cloud.send("DELETE", grant, as(admin))).status).toBe(204);
  await expect(cloud.identity.authenticate(token)).rejects.toThrow();
  const again = await cloud.send("DELETE", grant, as(admin));
  expect(again.status).toBe(404);
  expect(again.body.error.message).toContain("Could not find role assignment with role:");
  expect((await cloud.send("PUT", `${grants}/nothing`, as(admin))).body.error.message).toBe(
    "Could not find role: nothing.",
  );
  await cloud.send("PUT", grant, as(admin));
  await expect(cloud.identity.authenticate(token)).resolves.toBeDefined();
  await cloud.send("PATCH", `/v3/projects/${project.id}`, as(admin, { project: { enabled: false } }));
  await expect(cloud.identity.authenticate(token)).rejects.toThrow();
  await expect(cloud.signIn("bob", "bob-1", projectScope("beta"))).rejects.toThrow("401");
  await cloud.send("DELETE", `/v3/projects/${project.id}`, as(admin));
  expect(
    (await cloud.send("GET", `/v3/role_assignments?user.id=${user.id}`, as(admin))).body.role_assignments,
  ).toEqual([]);
});

test("role assignments: filters, names, effective", async () => {
  const list = async (query: string) =>
    (await cloud.send("GET", `/v3/role_assignments?${query}`, as(admin))).body.role_assignments;
  const [adminId, reader] = [await idOf("users", "admin"), await idOf("roles", "reader")];
  const ofAdmin = await list(`user.id=${adminId}&include_names=True`);
  expect(ofAdmin).toHaveLength(2);
  expect(ofAdmin.map((one: { scope: object }) => Object.keys(one.scope)[0]).sort()).toEqual([
    "project",
    "system",
  ]);
  expect(ofAdmin[0]).toMatchObject({
    role: { name: "admin" },
    user: { name: "admin", domain: { name: "Default" } },
  });
  expect(await list(`user.id=${adminId}&effective&scope.system=all`)).toHaveLength(4);
  const readers = await list(`role.id=${reader}&effective=True`);
  // The administrator's two, the demo user's, and that of the compute service.
  expect(readers).toHaveLength(4);
  expect(readers[0].links.prior_role).toContain(`/implies/${reader}`);
  expect(await list(`role.id=${reader}`)).toEqual([]);
  const project = await idOf("projects", "demo");
  expect(await list(`scope.project.id=${project}`)).toMatchObject([{ scope: { project: { id: project } } }]);
  const both = `/v3/role_assignments?scope.project.id=${project}&scope.system=all`;
  expect((await cloud.send("GET", both, as(admin))).status).toBe(400);
});

test("a domain with its users and projects", async () => {
  const domain = await make("domain", { name: "Lab" });
  const [user, project] = await Promise.all([
    make("user", { name: "admin", domain_id: domain.id, password: "lab-1" }),
    make("project", { name: "demo", domain_id: domain.id }),
  ]);
  const member = await idOf("roles", "member");
  for (const place of [`domains/${domain.id}`, `projects/${project.id}`, "system"]) {
    expect((await cloud.send("PUT", `/v3/${place}/users/${user.id}/roles/${member}`, as(admin))).status).toBe(
      204,
    );
  }
  const identity = { methods: ["password"], password: { user: { id: user.id, password: "lab-1" } } };
  const body = { auth: { identity, scope: { domain: { id: domain.id } } } };
  const issued = await cloud.send("POST", "/v3/auth/tokens", { body });
  expect(issued.body.token).toMatchObject({ domain: { name: "Lab" }, user: { domain: { name: "Lab" } } });
  const token = issued.headers["x-subject-token"] as string;
  expect((await cloud.send("GET", "/v3/auth/domains", as(token))).body.domains).toMatchObject([
    { name: "Lab" },
  ]);
  expect((await cloud.send("GET", "/v3/auth/system", as(token))).body.system).toEqual([{ all: true }]);
  expect((await cloud.send("GET", "/v3/auth/catalog", as(token))).status).toBe(403);
  expect((await cloud.send("DELETE", `/v3/domains/${domain.id}`, as(admin))).status).toBe(403);
  await cloud.send("PATCH", `/v3/domains/${domain.id}`, as(admin, { domain: { enabled: false } }));
  await expect(cloud.identity.authenticate(token)).rejects.toThrow();
  expect((await cloud.send("DELETE", `/v3/domains/${domain.id}`, as(admin))).status).toBe(204);
  expect((await cloud.send("GET", `/v3/users/${user.id}`, as(admin))).status).toBe(404);
  expect((await cloud.send("GET", `/v3/projects/${project.id}`, as(admin))).status).toBe(404);
});

test("a member sees what is theirs and changes nothing", async () => {
  const me = await cloud.identity.authenticate(demo);
  for (const path of [
    `users/${me.userId}`,
    `users/${me.userId}/projects`,
    `projects/${me.projectId}`,
    "auth/projects",
    "auth/catalog",
  ]) {
    expect([path, (await cloud.send("GET", `/v3/${path}`, as(demo))).status]).toEqual([path, 200]);
  }
  const [other, project, adminRole] = [
    await idOf("users", "admin"),
    await idOf("projects", "admin"),
    await idOf("roles", "admin"),
  ];
  for (const path of [
    "users",
    "projects",
    "roles",
    "domains",
    "role_assignments",
    "services",
    "endpoints",
    `users/${other}`,
    `projects/${project}`,
  ]) {
    expect([path, (await cloud.send("GET", `/v3/${path}`, as(demo))).status]).toEqual([path, 403]);
  }
  const attempts = [
    await cloud.send("PATCH", `/v3/users/${me.userId}`, as(demo, { user: { enabled: true } })),
    await cloud.send("PUT", `/v3/projects/${me.projectId}/users/${me.userId}/roles/${adminRole}`, as(demo)),
    await cloud.send("PUT", `/v3/system/users/${me.userId}/roles/${adminRole}`, as(demo)),
    await cloud.send("DELETE", `/v3/projects/${me.projectId}`, as(demo)),
    await cloud.send("POST", "/v3/users", as(demo, { user: { name: "x" } })),
  ];
  expect(attempts.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
  expect(attempts[4]?.body.error.message).toBe(
    "You are not authorized to perform the requested action: identity:create_user.",
  );
  const unscoped = await cloud.send("POST", "/v3/auth/tokens", { body: tokenAuth(demo, "unscoped") });
  const token = unscoped.headers["x-subject-token"] as string;
  expect((await cloud.send("GET", "/v3/auth/projects", as(token))).body.projects).toMatchObject([
    { name: "demo" },
  ]);
});

test("members read their own domain and no other; a domain may be without a description", async () => {
  const domain = await make("domain", { name: "foreign", description: null });
  expect(domain.description).toBe("");
  const path = `/v3/domains/${domain.id}`;
  const changed = await cloud.send("PATCH", path, as(admin, { domain: { description: "text" } }));
  expect(changed.body.domain.description).toBe("text");
  const cleared = await cloud.send("PATCH", path, as(admin, { domain: { description: null } }));
  expect(cleared.body.domain.description).toBe("");
  expect((await cloud.send("GET", "/v3/domains/default", as(demo))).status).toBe(200);
  expect((await cloud.send("GET", path, as(demo))).status).toBe(403);
});

test("HEAD is answered where GET is, with its rule and without a body", async () => {
  const found = await cloud.send("HEAD", "/v3/domains/default", as(demo));
  expect([found.status, found.body]).toEqual([200, undefined]);
  expect((await cloud.send("HEAD", "/v3/users", as(demo))).status).toBe(403);
  expect((await cloud.send("HEAD", "/v3/users/none", as(admin))).status).toBe(404);
});

test("a list comes in pages when the query asks for them", async () => {
  for (const name of ["page1", "page2", "page3"]) await make("user", { name });
  const names = ({ users }: { users: { name: string }[] }): string[] => users.map(({ name }) => name);
  const first = await cloud.send("GET", "/v3/users?name__startswith=page&limit=2", as(admin));
  expect([names(first.body), first.body.truncated]).toEqual([["page1", "page2"], true]);
  const next = new URL(first.body.links.next);
  expect(next.searchParams.get("marker")).toBe(first.body.users[1].id);
  const second = await cloud.send("GET", `/v3/users${next.search}`, as(admin));
  expect([names(second.body), second.body.links.next]).toEqual([["page3"], null]);
  expect(second.body).not.toHaveProperty("truncated");
  expect((await cloud.send("GET", "/v3/users?marker=nobody", as(admin))).status).toBe(404);
  expect((await cloud.send("GET", "/v3/users?limit=many", as(admin))).status).toBe(400);
  const whole = await cloud.send("GET", "/v3/role_assignments?limit=1", as(admin));
  expect(whole.body.role_assignments.length).toBeGreaterThan(1);
});

test("what names no domain is in the default one, whichever the token's project is in", async () => {
  const domain = await make("domain", { name: "Elsewhere" });
  const project = await make("project", { name: "office", domain_id: domain.id });
  const [adminId, role] = [await idOf("users", "admin"), await idOf("roles", "admin")];
  await cloud.send("PUT", `/v3/projects/${project.id}/users/${adminId}/roles/${role}`, as(admin));
  const scope = { project: { name: "office", domain: { id: domain.id } } };
  const token = await cloud.signIn("admin", passwords.admin, scope);
  for (const kind of ["user", "group", "project"]) {
    const made = await cloud.send("POST", `/v3/${kind}s`, as(token, { [kind]: { name: "stray" } }));
    expect([kind, made.body[kind].domain_id]).toEqual([kind, "default"]);
  }
});

test("every answer says that it depends on the token", async () => {
  const answers = [
    await cloud.send("GET", "/v3"),
    await cloud.send("GET", "/v3/users"),
    await cloud.send("GET", "/v3/users", as(admin)),
    await cloud.send("GET", "/v3/nothing", as(admin)),
    await cloud.send("POST", "/v3/auth/tokens", { body: passwordAuth("demo", "wrong") }),
  ];
  expect(answers.map(({ status, headers }) => [status, headers["vary"]])).toEqual(
    [200, 401, 200, 404, 401].map((status) => [status, "X-Auth-Token"]),
  );
});

test.each(["user", "group", "project", "domain"])("a %s's name has no blanks around it", async (kind) => {
  const made = (await cloud.send("POST", `/v3/${kind}s`, as(admin, { [kind]: { name: ` blank ${kind} ` } })))
    .body[kind];
  expect(made.name).toBe(`blank ${kind}`);
  const changed = await cloud.send(
    "PATCH",
    `/v3/${kind}s/${made.id}`,
    as(admin, { [kind]: { name: ` wide ${kind}` } }),
  );
  expect(changed.body[kind].name).toBe(`wide ${kind}`);
});

test("a change changes something, and no id; a role keeps what Keystone does not know", async () => {
  for (const kind of ["user", "group", "project", "domain", "role", "region"]) {
    const fields = { ...(kind === "region" ? {} : { name: `still ${kind}` }), colour: "red" };
    const made = (await cloud.send("POST", `/v3/${kind}s`, as(admin, { [kind]: fields }))).body[kind];
    expect(made).toMatchObject(fields);
    const change = (body: object) =>
      cloud.send("PATCH", `/v3/${kind}s/${made.id}`, as(admin, { [kind]: body }));
    expect([kind, (await change({})).status]).toEqual([kind, 400]);
    expect((await change({ id: "other", colour: "blue" })).body.error.message).toBe(
      `Cannot change ${kind} ID`,
    );
    expect((await change({ id: made.id, colour: "blue" })).body[kind]).toMatchObject({
      ...fields,
      colour: "blue",
    });
  }
});
