import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type TestCloud } from "./testing/cloud.ts";

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

type Kind = "project" | "user" | "role" | "domain" | "group";

const call = (method: Parameters<TestCloud["send"]>[0], path: string, body?: unknown) =>
  cloud.send(method, `/v3/${path}`, { token: admin, ...(body === undefined ? {} : { body }) });

async function make(kind: Kind, fields: Record<string, unknown>) {
  const answer = await call("POST", `${kind}s`, { [kind]: fields });
  expect(answer.status).toBe(201);
  return answer.body[kind];
}

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) expect([path, (await call("PUT", path)).status]).toEqual([path, 204]);
}

async function roleId(name: string): Promise<string> {
  return (await call("GET", `roles?name=${name}`)).body.roles[0].id;
}

const assignments = async (query: string) =>
  (await call("GET", `role_assignments?${query}`)).body.role_assignments;
const names = (items: { name: string }[]): string[] => items.map(({ name }) => name);
const rolesOf = async (token: string) => (await cloud.identity.authenticate(token)).roles;

test("a group through its life", async () => {
  const group = await make("group", { name: "ops", description: "on call", pager: 7 });
  expect(group).toMatchObject({ name: "ops", domain_id: "default", description: "on call", pager: 7 });
  expect((await call("POST", "groups", { group: { name: "ops" } })).status).toBe(409);
  const elsewhere = await call("PATCH", `groups/${group.id}`, { group: { domain_id: "other" } });
  expect(elsewhere.status).toBe(400);
  const changed = await call("PATCH", `groups/${group.id}`, { group: { name: "ops2", description: null } });
  expect(changed.body.group).toMatchObject({ name: "ops2", description: "", pager: 7 });
  expect(names((await call("GET", "groups?name=ops2")).body.groups)).toEqual(["ops2"]);
  expect((await call("DELETE", `groups/${group.id}`)).status).toBe(204);
  expect((await call("GET", `groups/${group.id}`)).body.error.message).toBe(
    `Could not find group: ${group.id}.`,
  );
});

test("members: added twice, listed on both sides, checked, removed", async () => {
  const [group, user] = [
    await make("group", { name: "crew" }),
    await make("user", { name: "erin", password: "erin-1" }),
  ];
  const member = `groups/${group.id}/users/${user.id}`;
  const absent = await call("GET", member);
  expect([absent.status, absent.body.error.message]).toEqual([
    404,
    `User '${user.id}' not found in group '${group.id}'.`,
  ]);
  await put(member, member);
  expect((await call("HEAD", member)).status).toBe(204);
  expect(names((await call("GET", `groups/${group.id}/users`)).body.users)).toEqual(["erin"]);
  expect((await call("GET", `groups/${group.id}/users?name=other`)).body.users).toEqual([]);
  const own = await cloud.signIn("erin", "erin-1");
  const groups = await cloud.send("GET", `/v3/users/${user.id}/groups`, { token: own });
  expect(names(groups.body.groups)).toEqual(["crew"]);
  expect((await cloud.send("GET", `/v3/${member}`, { token: own })).status).toBe(403);
  expect((await call("PUT", `groups/${group.id}/users/nobody`)).status).toBe(404);
  expect((await call("DELETE", member)).status).toBe(204);
  expect((await call("DELETE", member)).status).toBe(404);
  await put(member);
  expect((await call("DELETE", `users/${user.id}`)).status).toBe(204);
  expect((await call("GET", `groups/${group.id}/users`)).body.users).toEqual([]);
});

test("a group's roles are its members', as long as they are members and the group is there", async () => {
  const [group, user, project, member] = [
    await make("group", { name: "team" }),
    await make("user", { name: "gina", password: "gina-1" }),
    await make("project", { name: "gamma" }),
    await roleId("member"),
  ];
  const grants = ["projects/" + project.id, "domains/default", "system"].map(
    (place) => `${place}/groups/${group.id}/roles`,
  );
  for (const grant of grants) {
    expect((await call("HEAD", `${grant}/${member}`)).status).toBe(404);
    await put(`${grant}/${member}`);
    expect((await call("HEAD", `${grant}/${member}`)).status).toBe(204);
    expect(names((await call("GET", grant)).body.roles)).toEqual(["member"]);
  }
  await expect(cloud.signIn("gina", "gina-1", projectScope("gamma"))).rejects.toThrow("401");
  await put(`groups/${group.id}/users/${user.id}`);
  const tokens = [
    await cloud.signIn("gina", "gina-1", projectScope("gamma")),
    await cloud.signIn("gina", "gina-1", { domain: { id: "default" } }),
    await cloud.signIn("gina", "gina-1", { system: { all: true } }),
  ];
  for (const token of tokens) expect(await rolesOf(token)).toEqual(["member", "reader"]);
  const [token = ""] = tokens;
  const seen = async (path: string) => (await cloud.send("GET", `/v3/auth/${path}`, { token })).body[path];
  expect([await seen("projects"), await seen("domains"), await seen("system")]).toMatchObject([
    [{ name: "gamma" }],
    [{ id: "default" }],
    [{ all: true }],
  ]);
  expect(await assignments(`group.id=${group.id}`)).toHaveLength(3);
  expect(await assignments(`user.id=${user.id}`)).toEqual([]);
  const effective = await assignments(
    `user.id=${user.id}&effective&scope.project.id=${project.id}&include_names`,
  );
  expect(effective).toMatchObject([
    { role: { name: "member" }, user: { name: "gina", domain: { name: "Default" } } },
    { role: { name: "reader" } },
  ]);
  expect(effective[0].links).toMatchObject({
    assignment: expect.stringContaining(`/v3/projects/${project.id}/groups/${group.id}/roles/${member}`),
    membership: expect.stringContaining(`/v3/groups/${group.id}/users/${user.id}`),
  });
  await call("DELETE", `groups/${group.id}/users/${user.id}`);
  await expect(rolesOf(token)).rejects.toThrow();
  await put(`groups/${group.id}/users/${user.id}`);
  expect(await rolesOf(token)).toEqual(["member", "reader"]);
  await call("DELETE", `groups/${group.id}`);
  for (const one of tokens) await expect(rolesOf(one)).rejects.toThrow();
});

test("an inherited role holds on the projects below and not on the place itself", async () => {
  const domain = await make("domain", { name: "Tree" });
  const place = { domain_id: domain.id };
  const top = await make("project", { name: "top", ...place });
  const leaf = await make("project", { name: "leaf", ...place, parent_id: top.id });
  const user = await make("user", { name: "ivan", password: "ivan-1" });
  const member = await roleId("member");
  const scopeTo = (name: string) => ({ project: { name, domain: { id: domain.id } } });
  const enter = (name: string) => cloud.signIn("ivan", "ivan-1", scopeTo(name));
  const onTop = `OS-INHERIT/projects/${top.id}/users/${user.id}/roles`;
  await put(`${onTop}/${member}/inherited_to_projects`);
  expect(names((await call("GET", `${onTop}/inherited_to_projects`)).body.roles)).toEqual(["member"]);
  expect((await call("HEAD", `${onTop}/${member}/inherited_to_projects`)).status).toBe(204);
  expect((await call("HEAD", `projects/${top.id}/users/${user.id}/roles/${member}`)).status).toBe(404);
  await expect(enter("top")).rejects.toThrow("401");
  const token = await enter("leaf");
  expect(await rolesOf(token)).toEqual(["member", "reader"]);
  const [inherited] = await assignments(`user.id=${user.id}&scope.OS-INHERIT:inherited_to=projects`);
  expect(inherited).toMatchObject({
    scope: { project: { id: top.id }, "OS-INHERIT:inherited_to": "projects" },
    links: { assignment: expect.stringMatching(`${onTop}/${member}/inherited_to_projects$`) },
  });
  const [effective] = await assignments(`user.id=${user.id}&role.id=${member}&effective`);
  expect(effective).toMatchObject({
    scope: { project: { id: leaf.id }, "OS-INHERIT:inherited_to": "projects" },
    links: { assignment: inherited.links.assignment },
  });
  await call("DELETE", `${onTop}/${member}/inherited_to_projects`);
  await expect(rolesOf(token)).rejects.toThrow();
  await put(`OS-INHERIT/domains/${domain.id}/users/${user.id}/roles/${member}/inherited_to_projects`);
  expect(await rolesOf(token)).toEqual(["member", "reader"]);
  const projects = await cloud.send("GET", "/v3/auth/projects", { token: await enter("top") });
  expect(names(projects.body.projects)).toEqual(["leaf", "top"]);
  await expect(cloud.signIn("ivan", "ivan-1", { domain: { id: domain.id } })).rejects.toThrow("401");
});

test("role assignments of a project and those below it", async () => {
  const top = await make("project", { name: "trunk" });
  const leaf = await make("project", { name: "twig", parent_id: top.id });
  const user = await make("user", { name: "jane" });
  const reader = await roleId("reader");
  await put(...[top, leaf].map(({ id }) => `projects/${id}/users/${user.id}/roles/${reader}`));
  expect(await assignments(`scope.project.id=${top.id}`)).toHaveLength(1);
  expect(await assignments(`scope.project.id=${top.id}&include_subtree=True`)).toHaveLength(2);
  expect(await assignments(`scope.project.id=${top.id}&include_subtree=True&effective`)).toHaveLength(2);
});

test.each([
  ["user.id=a&group.id=b", "Specify a user or group, not both"],
  ["scope.project.id=a&scope.domain.id=b", "Specify a domain or project, not both"],
  ["group.id=a&effective", "Combining effective and group filter will always result in an empty list."],
  ["include_subtree", "scope.project.id must be specified if include_subtree is also specified"],
])("role assignments by %s are refused", async (query, message) => {
  const answer = await call("GET", `role_assignments?${query}`);
  expect([answer.status, answer.body.error.message]).toEqual([400, message]);
});

test("implied roles come with the prior role, in tokens at once", async () => {
  const [boss, clerk, temp] = [
    await make("role", { name: "boss" }),
    await make("role", { name: "clerk" }),
    await make("role", { name: "temp" }),
  ];
  const demoProject = (await call("GET", "projects?name=demo")).body.projects[0].id;
  const { userId } = await cloud.identity.authenticate(demo);
  await put(`projects/${demoProject}/users/${userId}/roles/${boss.id}`);
  const rule = `roles/${boss.id}/implies/${clerk.id}`;
  expect((await call("HEAD", rule)).status).toBe(404);
  const created = await call("PUT", rule);
  expect(created.status).toBe(201);
  expect(created.body.role_inference).toMatchObject({
    prior_role: { id: boss.id, name: "boss", links: { self: expect.stringContaining(`/roles/${boss.id}`) } },
    implies: { id: clerk.id, name: "clerk" },
  });
  expect((await call("HEAD", rule)).status).toBe(204);
  expect((await call("PUT", `roles/${clerk.id}/implies/${temp.id}`)).status).toBe(201);
  expect((await call("PUT", `roles/${temp.id}/implies/${boss.id}`)).status).toBe(201);
  expect(await rolesOf(demo)).toEqual(["boss", "clerk", "member", "reader", "temp"]);
  const direct = (await call("GET", `roles/${boss.id}/implies`)).body.role_inference;
  expect([direct.prior_role.name, names(direct.implies)]).toEqual(["boss", ["clerk"]]);
  const all = (await call("GET", "role_inferences")).body.role_inferences;
  expect(all.map((one: { prior_role: { name: string } }) => one.prior_role.name)).toEqual([
    "admin",
    "boss",
    "clerk",
    "manager",
    "member",
    "temp",
  ]);
  expect((await call("DELETE", rule)).status).toBe(204);
  expect((await call("DELETE", rule)).body.error.message).toBe(`${boss.id} does not imply ${clerk.id}.`);
  expect(await rolesOf(demo)).toEqual(["boss", "member", "reader"]);
  expect((await call("PUT", `roles/${boss.id}/implies/${await roleId("admin")}`)).status).toBe(403);
});

test("a role of one domain counts only by what it implies, and for that domain's projects alone", async () => {
  const domain = await make("domain", { name: "Guild" });
  const [local, auditor] = [
    await make("role", { name: "local", domain_id: domain.id }),
    await make("role", { name: "inspector" }),
  ];
  const project = await make("project", { name: "hall", domain_id: domain.id });
  const user = await make("user", { name: "kim", password: "kim-1" });
  expect(names((await call("GET", `roles?domain_id=${domain.id}`)).body.roles)).toEqual(["local"]);
  expect((await call("GET", "roles?name=local")).body.roles).toEqual([]);
  expect((await make("role", { name: "local" })).domain_id).toBe(null);
  const grant = `projects/${project.id}/users/${user.id}/roles/${local.id}`;
  await put(grant);
  const enter = () => cloud.signIn("kim", "kim-1", { project: { name: "hall", domain: { id: domain.id } } });
  await expect(enter()).rejects.toThrow("401");
  expect(await assignments(`user.id=${user.id}&effective`)).toEqual([]);
  expect(await assignments(`user.id=${user.id}&include_names`)).toMatchObject([
    { role: { name: "local", domain: { id: domain.id, name: "Guild" } } },
  ]);
  expect((await call("PUT", `roles/${auditor.id}/implies/${local.id}`)).status).toBe(403);
  expect((await call("PUT", `roles/${local.id}/implies/${auditor.id}`)).status).toBe(201);
  expect(await rolesOf(await enter())).toEqual(["inspector"]);
  expect(await assignments(`user.id=${user.id}&effective`)).toMatchObject([{ role: { id: auditor.id } }]);
  const foreign = (await call("GET", "projects?name=demo")).body.projects[0].id;
  const refused = await call("PUT", `projects/${foreign}/users/${user.id}/roles/${local.id}`);
  expect([refused.status, refused.body.error.message]).toEqual([
    403,
    `Project ${foreign} must be in the same domain as the role ${local.id} being assigned.`,
  ]);
  await call("PATCH", `domains/${domain.id}`, { domain: { enabled: false } });
  expect((await call("DELETE", `domains/${domain.id}`)).status).toBe(204);
  expect((await call("GET", `roles/${local.id}`)).status).toBe(404);
  expect(await assignments(`user.id=${user.id}`)).toEqual([]);
});

test("members see neither groups nor rules of roles, and change none", async () => {
  const group = await make("group", { name: "closed" });
  const { userId } = await cloud.identity.authenticate(demo);
  const [member, adminRole] = [await roleId("member"), await roleId("admin")];
  for (const [method, path] of [
    ["GET", "groups"],
    ["GET", `groups/${group.id}`],
    ["GET", `groups/${group.id}/users`],
    ["PUT", `groups/${group.id}/users/${userId}`],
    ["DELETE", `groups/${group.id}`],
    ["PUT", `system/groups/${group.id}/roles/${adminRole}`],
    ["PUT", `OS-INHERIT/domains/default/users/${userId}/roles/${adminRole}/inherited_to_projects`],
    ["GET", "roles"],
    ["GET", `roles/${member}`],
    ["GET", "role_inferences"],
    ["PUT", `roles/${member}/implies/${member}`],
  ] as const) {
    expect([path, (await cloud.send(method, `/v3/${path}`, { token: demo })).status]).toEqual([path, 403]);
  }
  expect((await call("GET", `groups/${group.id}/users`)).body.users).toEqual([]);
});
