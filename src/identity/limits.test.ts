import { afterAll, beforeAll, expect, test } from "vitest";
import { passwords, projectScope, startTestCloud, type TestCloud } from "./testing/cloud.ts";

let cloud: TestCloud;
let admin: string;
let demo: string;
let projectId: string;
let serviceId: string;
beforeAll(async () => {
  cloud = await startTestCloud();
  admin = await cloud.signIn("admin", passwords.admin, projectScope("admin"));
  demo = await cloud.signIn("demo", passwords.demo, projectScope("demo"));
  projectId = (await cloud.identity.authenticate(demo)).projectId ?? "";
  serviceId = (await send("GET", "/services?type=compute")).body.services[0].id;
});
afterAll(() => cloud.close());

type Method = Parameters<TestCloud["send"]>[0];

const send = (method: Method, path: string, body?: unknown, token = admin) =>
  cloud.send(method, `/v3${path}`, body === undefined ? { token } : { token, body });

const register = (...limits: object[]) =>
  send("POST", "/registered_limits", {
    registered_limits: limits.map((limit) => ({ service_id: serviceId, default_limit: 10, ...limit })),
  });

const limit = (...limits: object[]) =>
  send("POST", "/limits", {
    limits: limits.map((one) => ({ service_id: serviceId, resource_limit: 5, ...one })),
  });

test("the model is flat, which everybody may know", async () => {
  expect((await send("GET", "/limits/model", undefined, demo)).body.model.name).toBe("flat");
});

test("a registered limit through its life", async () => {
  const made = await register({ resource_name: "cores" }, { resource_name: "cores", region_id: "RegionOne" });
  expect(made.status).toBe(201);
  const [everywhere, here] = made.body.registered_limits;
  expect(everywhere).toMatchObject({
    service_id: serviceId,
    region_id: null,
    resource_name: "cores",
    default_limit: 10,
    description: null,
  });
  expect(here.region_id).toBe("RegionOne");
  const ids = async (query: string): Promise<string[]> =>
    (await send("GET", `/registered_limits?${query}`, undefined, demo)).body.registered_limits.map(
      (one: { id: string }) => one.id,
    );
  expect(await ids("region_id=RegionOne")).toEqual([here.id]);
  expect(new Set(await ids("resource_name=cores"))).toEqual(new Set([everywhere.id, here.id]));
  const path = `/registered_limits/${here.id}`;
  const changed = await send("PATCH", path, { registered_limit: { default_limit: -1, description: "free" } });
  expect(changed.body.registered_limit).toEqual({ ...here, default_limit: -1, description: "free" });
  expect((await send("PATCH", path, { registered_limit: { region_id: null } })).status).toBe(409);
  expect((await send("DELETE", path, undefined, demo)).status).toBe(403);
  expect((await send("DELETE", path)).status).toBe(204);
  expect((await send("GET", path)).body.error.message).toBe(
    `Could not find registered limit for ${here.id}.`,
  );
});

test.each([
  [{}, 400],
  [{ resource_name: "ram", service_id: "none" }, 400],
  [{ resource_name: "ram", region_id: "none" }, 400],
  [{ resource_name: "ram", default_limit: -2 }, 400],
  [{ resource_name: "ram", colour: "blue" }, 400],
  [{ resource_name: "ram" }, 409],
])("with the second registered limit %j is %i neither is kept", async (second, status) => {
  expect((await register({ resource_name: "ram" }, second)).status).toBe(status);
  expect((await send("GET", "/registered_limits?resource_name=ram")).body.registered_limits).toEqual([]);
});

test("a project's limit through its life; its registered one waits for it", async () => {
  const [{ id: registeredId }] = (await register({ resource_name: "servers" })).body.registered_limits;
  const made = await limit({ resource_name: "servers", project_id: projectId });
  expect(made.status).toBe(201);
  const [one] = made.body.limits;
  expect(one).toMatchObject({
    project_id: projectId,
    domain_id: null,
    service_id: serviceId,
    region_id: null,
    resource_name: "servers",
    resource_limit: 5,
  });
  expect((await limit({ resource_name: "servers", project_id: projectId })).status).toBe(409);
  const path = `/limits/${one.id}`;
  expect((await send("GET", path, undefined, demo)).body.limit).toEqual(one);
  const changed = await send("PATCH", path, { limit: { resource_limit: 0 } });
  expect(changed.body.limit).toEqual({ ...one, resource_limit: 0 });
  expect((await send("PATCH", path, { limit: { project_id: "x" } })).status).toBe(400);
  const registered = `/registered_limits/${registeredId}`;
  expect((await send("PATCH", registered, { registered_limit: { default_limit: 1 } })).status).toBe(403);
  expect((await send("DELETE", registered)).status).toBe(403);
  expect((await send("DELETE", path)).status).toBe(204);
  expect((await send("GET", path)).body.error.message).toBe(`Could not find limit for ${one.id}.`);
  expect((await send("DELETE", registered)).status).toBe(204);
});

test("members see their own project's limits alone", async () => {
  await register({ resource_name: "volumes" });
  const adminProject = (await cloud.identity.authenticate(admin)).projectId;
  const made = await limit(
    { resource_name: "volumes", project_id: projectId },
    { resource_name: "volumes", project_id: adminProject },
    { resource_name: "volumes", project_id: "default" },
  );
  const [mine, others, ofDomain] = made.body.limits;
  expect(ofDomain).toMatchObject({ project_id: null, domain_id: "default" });
  const seen = await send("GET", "/limits?resource_name=volumes", undefined, demo);
  expect(seen.body.limits).toEqual([mine]);
  expect((await send("GET", "/limits?resource_name=volumes")).body.limits).toHaveLength(3);
  expect((await send("GET", "/limits?domain_id=default")).body.limits).toEqual([ofDomain]);
  expect((await send("GET", `/limits/${others.id}`, undefined, demo)).status).toBe(403);
});

test.each([
  [{ resource_name: "unregistered", project_id: "default" }, 403],
  [{ resource_name: "volumes" }, 400],
  [{ resource_name: "volumes", project_id: "default", domain_id: "default" }, 400],
  [{ resource_name: "volumes", project_id: "none" }, 400],
  [{ resource_name: "volumes", domain_id: "none" }, 400],
  [{ resource_name: "volumes", project_id: "default", service_id: "none" }, 400],
])("the limit %j is %i", async (fields, status) => {
  expect((await limit(fields)).status).toBe(status);
});
