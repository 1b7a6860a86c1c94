import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
});
afterAll(() => cloud.close());

const call = (method: Parameters<TestCloud["send"]>[0], path: string, body?: unknown) =>
  cloud.send(method, `/v3/${path}`, { token: admin, ...(body === undefined ? {} : { body }) });

async function make(name: string, fields: Record<string, unknown> = {}) {
  const answer = await call("POST", "projects", { project: { name, ...fields } });
  expect(answer.status).toBe(201);
  return answer.body.project;
}

const names = (items: { name: string }[]): string[] => items.map(({ name }) => name);
const show = async (id: string, query: string) => (await call("GET", `projects/${id}?${query}`)).body.project;

test("a project's parents and subtree, as ids and as those that the caller has a role on", async () => {
  const top = await make("tree-top");
  const middle = await make("tree-middle", { parent_id: top.id });
  const leaf = await make("tree-leaf", { parent_id: middle.id });
  expect(leaf).toMatchObject({ parent_id: middle.id, domain_id: "default" });
  expect((await show(leaf.id, "parents_as_ids")).parents).toEqual({
    [middle.id]: { [top.id]: { default: null } },
  });
  expect((await show(top.id, "subtree_as_ids")).subtree).toEqual({ [middle.id]: { [leaf.id]: null } });
  expect((await show(leaf.id, "subtree_as_ids")).subtree).toBe(null);
  expect(await show(top.id, "parents_as_ids=0")).not.toHaveProperty("parents");
  expect((await show(top.id, "subtree_as_list")).subtree).toEqual([]);
  const { userId } = await cloud.identity.authenticate(admin);
  const member = (await call("GET", "roles?name=member")).body.roles[0].id;
  await call("PUT", `projects/${leaf.id}/users/${userId}/roles/${member}`);
  expect((await show(top.id, "subtree_as_list")).subtree).toMatchObject([{ project: { id: leaf.id } }]);
  expect((await show(leaf.id, "parents_as_list")).parents).toEqual([]);
  const both = await call("GET", `projects/${leaf.id}?parents_as_list&parents_as_ids`);
  expect(both.status).toBe(400);
  expect(names((await call("GET", `projects?parent_id=${top.id}`)).body.projects)).toEqual(["tree-middle"]);
});

test("five projects stand on each other and no more; a parent outlives its children", async () => {
  let parent = await make("deep-1");
  for (const depth of [2, 3, 4, 5]) parent = await make(`deep-${depth}`, { parent_id: parent.id });
  const sixth = await call("POST", "projects", { project: { name: "deep-6", parent_id: parent.id } });
  expect([sixth.status, sixth.body.error.message]).toEqual([
    403,
    `Max hierarchy depth reached for ${parent.id} branch.`,
  ]);
  const above = await call("DELETE", `projects/${parent.parent_id}`);
  expect([above.status, above.body.error.message]).toEqual([
    403,
    expect.stringContaining("since it is not a leaf in the hierarchy"),
  ]);
  expect((await call("DELETE", `projects/${parent.id}`)).status).toBe(204);
});

test("an enabled project stands on enabled ones only", async () => {
  const top = await make("lamp");
  const leaf = await make("bulb", { parent_id: top.id });
  const enable = (id: string, enabled: boolean) => call("PATCH", `projects/${id}`, { project: { enabled } });
  const early = await enable(top.id, false);
  expect([early.status, early.body.error.message]).toEqual([
    403,
    `Cannot disable project ${top.id} since its subtree contains enabled projects.`,
  ]);
  expect((await enable(leaf.id, false)).status).toBe(200);
  expect((await enable(top.id, false)).status).toBe(200);
  const alone = await enable(leaf.id, true);
  expect([alone.status, alone.body.error.message]).toEqual([
    403,
    `Cannot enable project ${leaf.id} since it has disabled parents.`,
  ]);
  const below = await call("POST", "projects", { project: { name: "wick", parent_id: top.id } });
  expect(below.status).toBe(403);
  const moved = await call("PATCH", `projects/${leaf.id}`, { project: { parent_id: "default" } });
  expect([moved.status, moved.body.error.message]).toEqual([403, "Update of `parent_id` is not allowed."]);
});

test.each([
  { parent_id: "nowhere" },
  { parent_id: "default", domain_id: "nowhere" },
  { is_domain: true, parent_id: "default" },
])("a project with %j is 400", async (fields) => {
  const answer = await call("POST", "projects", { project: { name: "odd", ...fields } });
  expect(answer.status).toBe(400);
});

test("a domain is the project at the root of its projects", async () => {
  const root = await make("Realm", { is_domain: true, description: "all of it" });
  expect(root).toMatchObject({ is_domain: true, domain_id: null, parent_id: null, description: "all of it" });
  expect((await call("GET", `domains/${root.id}`)).body.domain).toMatchObject({ name: "Realm" });
  const inside = await make("inside", { parent_id: root.id });
  expect(inside).toMatchObject({ domain_id: root.id, parent_id: root.id, is_domain: false });
  expect((await show(root.id, "subtree_as_ids&parents_as_ids")).subtree).toEqual({ [inside.id]: null });
  expect((await show(root.id, "parents_as_ids")).parents).toBe(null);
  expect(names((await call("GET", "projects?is_domain=True")).body.projects)).toEqual(["Default", "Realm"]);
  expect(names((await call("GET", "projects?name=Realm")).body.projects)).toEqual([]);
  const change = (project: object) => call("PATCH", `projects/${root.id}`, { project });
  expect((await change({ is_domain: false })).status).toBe(403);
  expect((await call("DELETE", `projects/${root.id}`)).status).toBe(403);
  expect((await change({ name: "Kingdom", enabled: false })).body.project).toMatchObject({
    name: "Kingdom",
    is_domain: true,
    enabled: false,
  });
  expect((await call("DELETE", `projects/${root.id}`)).status).toBe(204);
  expect((await call("GET", `domains/${root.id}`)).status).toBe(404);
  expect((await call("GET", `projects/${inside.id}`)).status).toBe(404);
});

test("lists by parts of the name and by tags", async () => {
  await make("shelf-Low", { tags: ["wood"] });
  await make("shelf-high", { tags: ["wood", "old"] });
  await make("shelf-none");
  const list = async (query: string) =>
    names((await call("GET", `projects?name__startswith=shelf&${query}`)).body.projects).map((name) =>
      name.slice("shelf-".length),
    );
  expect(await list("")).toEqual(["Low", "high", "none"]);
  expect(await list("name__contains=L")).toEqual(["Low"]);
  expect(await list("name__icontains=H&name__endswith=h")).toEqual(["high"]);
  expect(await list("name__contains=n&name__contains=o")).toEqual(["none"]);
  expect(await list("tags=wood")).toEqual(["Low", "high"]);
  expect(await list("tags=wood,old")).toEqual(["high"]);
  expect(await list("tags-any=old,new")).toEqual(["high"]);
  expect(await list("not-tags=wood,old")).toEqual(["Low", "none"]);
  expect(await list("not-tags-any=wood,new")).toEqual(["none"]);
  const users = await call("GET", "users?name__istartswith=ADM");
  expect(names(users.body.users)).toEqual(["admin"]);
});

test("a user's default project is no domain, and nothing once it is deleted", async () => {
  const project = await make("homeland");
  const create = (name: string, id: string) =>
    call("POST", "users", { user: { name, default_project_id: id } });
  const refused = await create("domained", "default");
  expect([refused.status, refused.body.error.message]).toEqual([
    400,
    "User's default project ID cannot be a domain ID: default",
  ]);
  const { user } = (await create("settler", project.id)).body;
  expect(user.default_project_id).toBe(project.id);
  await call("DELETE", `projects/${project.id}`);
  expect((await call("GET", `users/${user.id}`)).body.user).not.toHaveProperty("default_project_id");
});

test("a disabled domain ends the tokens of its users and of its projects for good", async () => {
  const domain = await make("Island", { is_domain: true });
  const inside = await make("beach", { domain_id: domain.id });
  const secret = { password: "shell-1" };
  const local = (await call("POST", "users", { user: { name: "crab", domain_id: domain.id, ...secret } }))
    .body;
  const guest = (await call("POST", "users", { user: { name: "gull", ...secret } })).body;
  const reader = (await call("GET", "roles?name=reader")).body.roles[0].id;
  await call("PUT", `projects/${inside.id}/users/${guest.user.id}/roles/${reader}`);
  const enter = async (id: string, scope?: object): Promise<string> => {
    const identity = { methods: ["password"], password: { user: { id, ...secret } } };
    const body = { auth: { identity, ...(scope ? { scope } : {}) } };
    return (await cloud.send("POST", "/v3/auth/tokens", { body })).headers["x-subject-token"] as string;
  };
  const tokens = [await enter(local.user.id), await enter(guest.user.id, { project: { id: inside.id } })];
  for (const token of tokens) await expect(cloud.identity.authenticate(token)).resolves.toBeDefined();
  await call("PATCH", `domains/${domain.id}`, { domain: { enabled: false } });
  await call("PATCH", `domains/${domain.id}`, { domain: { enabled: true } });
  for (const token of tokens) await expect(cloud.identity.authenticate(token)).rejects.toThrow();
  await expect(cloud.identity.authenticate(await enter(local.user.id))).resolves.toBeDefined();
});
