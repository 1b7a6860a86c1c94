import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
let demo: string;
let projectId: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  [admin, demo] = await Promise.all([
    cloud.signIn("admin", passwords.admin, projectScope("admin")),
    cloud.signIn("demo", passwords.demo, projectScope("demo")),
  ]);
  projectId = (await cloud.identity.authenticate(demo)).projectId ?? "";
});
afterAll(() => cloud.close());

const call = (method: Parameters<TestCloud["send"]>[0], path: string, body?: unknown) =>
  cloud.send(method, `/v3/${path}`, { token: admin, ...(body === undefined ? {} : { body }) });
const filter = (method: Parameters<TestCloud["send"]>[0], path: string, body?: unknown) =>
  call(method, `OS-EP-FILTER/${path}`, body);
const ids = (items: { id: string }[]): string[] => items.map(({ id }) => id);

async function catalogIds(token: string): Promise<string[]> {
  const { catalog } = (await cloud.send("GET", "/v3/auth/catalog", { token })).body;
  return catalog.flatMap((one: { endpoints: { id: string }[] }) => ids(one.endpoints)).sort();
}

async function makeGroup(fields: object) {
  const answer = await filter("POST", "endpoint_groups", { endpoint_group: fields });
  expect(answer.status).toBe(201);
  return answer.body.endpoint_group;
}

test("a project for which endpoints are chosen has those alone in its catalogue", async () => {
  await call("POST", "services", { service: { type: "empty", name: "nothing" } });
  const entry = `projects/${projectId}/endpoints/e1`;
  const absent = await filter("GET", entry);
  expect([absent.status, absent.body.error.message]).toEqual([
    404,
    `Endpoint e1 not found in project ${projectId}.`,
  ]);
  for (const _time of [1, 2]) expect((await filter("PUT", entry)).status).toBe(204);
  expect((await filter("HEAD", entry)).status).toBe(204);
  expect(await catalogIds(demo)).toEqual(["e1"]);
  const own = await cloud.send("GET", "/v3/auth/tokens", { token: demo, subject: demo });
  expect(own.body.token.catalog).toHaveLength(1);
  expect(await catalogIds(admin)).toEqual(["e1", "e2"]);
  expect(ids((await filter("GET", `projects/${projectId}/endpoints`)).body.endpoints)).toEqual(["e1"]);
  expect(ids((await filter("GET", "endpoints/e1/projects")).body.projects)).toEqual([projectId]);
  expect((await filter("DELETE", entry)).status).toBe(204);
  expect((await filter("DELETE", entry)).status).toBe(404);
  expect(await catalogIds(demo)).toEqual(["e1", "e2"]);
});

test("an endpoint group through its life, and in a project's catalogue", async () => {
  const group = await makeGroup({ name: "inner", filters: { interface: "internal" }, description: "in" });
  expect(group).toMatchObject({ name: "inner", filters: { interface: "internal" }, description: "in" });
  const path = `endpoint_groups/${group.id}`;
  expect(group.links.self).toMatch(`/v3/OS-EP-FILTER/${path}`);
  expect(ids((await filter("GET", `${path}/endpoints`)).body.endpoints)).toEqual(["e2"]);
  const entry = `${path}/projects/${projectId}`;
  expect((await filter("GET", entry)).status).toBe(404);
  expect((await filter("PUT", entry)).status).toBe(204);
  expect((await filter("GET", entry)).body.project_endpoint_group).toMatchObject({
    endpoint_group_id: group.id,
    project_id: projectId,
  });
  expect(await catalogIds(demo)).toEqual(["e2"]);
  expect(ids((await filter("GET", `${path}/projects`)).body.projects)).toEqual([projectId]);
  expect(ids((await filter("GET", `projects/${projectId}/endpoint_groups`)).body.endpoint_groups)).toEqual([
    group.id,
  ]);
  const change = { filters: { service_id: "s1", region_id: "RegionOne", interface: "public" } };
  expect((await filter("PATCH", path, { endpoint_group: change })).body.endpoint_group).toMatchObject({
    name: "inner",
    description: "in",
    ...change,
  });
  expect(await catalogIds(demo)).toEqual(["e1"]);
  expect(ids((await filter("GET", "endpoint_groups?name=inner")).body.endpoint_groups)).toEqual([group.id]);
  expect((await filter("DELETE", path)).status).toBe(204);
  expect((await filter("GET", path)).body.error.message).toBe(`Could not find Endpoint Group: ${group.id}.`);
  expect(await catalogIds(demo)).toEqual(["e1", "e2"]);
});

test("what is chosen goes with the project and with the endpoint", async () => {
  const project = (await call("POST", "projects", { project: { name: "narrow" } })).body.project;
  const place = { service_id: "s1", interface: "admin", url: "http://x" };
  const endpoint = (await call("POST", "endpoints", { endpoint: place })).body.endpoint;
  for (const id of ["e1", endpoint.id])
    expect((await filter("PUT", `projects/${project.id}/endpoints/${id}`)).status).toBe(204);
  expect((await call("DELETE", `endpoints/${endpoint.id}`)).status).toBe(204);
  expect(ids((await filter("GET", `projects/${project.id}/endpoints`)).body.endpoints)).toEqual(["e1"]);
  expect((await call("DELETE", `projects/${project.id}`)).status).toBe(204);
  expect((await filter("GET", "endpoints/e1/projects")).body.projects).toEqual([]);
});

test.each([{}, { name: "x" }, { name: "x", filters: {} }, { name: "x", filters: { colour: "red" } }])(
  "the endpoint group %j is 400",
  async (fields) => {
    expect((await filter("POST", "endpoint_groups", { endpoint_group: fields })).status).toBe(400);
  },
);

test("members choose nothing", async () => {
  for (const [method, path] of [
    ["GET", "endpoint_groups"],
    ["PUT", `projects/${projectId}/endpoints/e1`],
  ] as const) {
    const answer = await cloud.send(method, `/v3/OS-EP-FILTER/${path}`, { token: demo });
    expect([path, answer.status]).toEqual([path, 403]);
  }
});
