import { afterAll, beforeAll, expect, test } from "vitest";
import { Secret } from "#base/secret.ts";
import { catalog, passwords, projectScope, startTestCloud, type TestCloud } from "./testing/cloud.ts";

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

type Kind = "service" | "endpoint" | "region";

const call = (method: Parameters<TestCloud["send"]>[0], path: string, body?: unknown) =>
  cloud.send(method, `/v3/${path}`, { token: admin, ...(body === undefined ? {} : { body }) });

async function make(kind: Kind, fields: Record<string, unknown>) {
  const answer = await call("POST", `${kind}s`, { [kind]: fields });
  expect(answer.status).toBe(201);
  return answer.body[kind];
}

const ids = (items: { id: string }[]): string[] => items.map(({ id }) => id);

/** The addresses of a service in demo's catalogue; undefined when the service is not in it. */
async function addresses(serviceId: string): Promise<string[] | undefined> {
  const answer = await cloud.send("GET", "/v3/auth/catalog", { token: demo });
  const found = answer.body.catalog.find((one: { id: string }) => one.id === serviceId);
  return found?.endpoints.map((one: { url: string }) => one.url);
}

test("the configuration's services are rows, whose addresses follow the public URL", async () => {
  expect((await call("GET", "services?type=compute")).body.services).toMatchObject([
    { id: "s1", name: "nova", enabled: true },
  ]);
  expect((await call("GET", "services?type=volume")).body.services).toEqual([]);
  expect((await call("GET", "endpoints?interface=public")).body.endpoints).toMatchObject([
    { service_id: "s1", region_id: "RegionOne", url: "$(public_endpoint)s/compute/v2.1" },
  ]);
  expect((await call("GET", "endpoints/e2")).body.endpoint.interface).toBe("internal");
  const regions = await cloud.send("GET", "/v3/regions", { token: demo });
  expect(ids(regions.body.regions)).toEqual(["RegionOne"]);
  const url = "http://127.0.0.1:8700/compute/v2.1";
  expect(await addresses("s1")).toEqual([url, url]);
  const issued = await cloud.send("GET", "/v3/auth/tokens", { token: demo, subject: demo });
  expect(issued.body.token.catalog).toMatchObject([{ type: "compute", endpoints: [{ url }, { url }] }]);
});

test("a service and its endpoints through their life, as a project's catalogue shows them", async () => {
  const service = await make("service", { type: "metering", name: "gauge", colour: "red" });
  expect(service).toMatchObject({ type: "metering", description: "", enabled: true, colour: "red" });
  expect(await addresses(service.id)).toEqual([]);
  const place = { service_id: service.id, interface: "public" };
  const endpoint = await make("endpoint", {
    ...place,
    url: "http://gauge/$(project_id)s",
    region: "RegionTwo",
  });
  expect(endpoint).toMatchObject({ ...place, region: "RegionTwo", region_id: "RegionTwo", enabled: true });
  expect((await call("GET", "regions/RegionTwo")).body.region).toMatchObject({ parent_region_id: null });
  const { projectId } = await cloud.identity.authenticate(demo);
  expect(await addresses(service.id)).toEqual([`http://gauge/${projectId}`]);
  const system = await cloud.signIn("admin", passwords.admin, { system: { all: true } });
  const own = await cloud.send("GET", "/v3/auth/tokens", { token: system, subject: system });
  expect(own.body.token.catalog).toContainEqual(expect.objectContaining({ id: service.id, endpoints: [] }));
  const path = `endpoints/${endpoint.id}`;
  const change = (fields: object) => call("PATCH", path, { endpoint: fields });
  const moved = await change({ url: "http://new", interface: "admin", region_id: null });
  expect(moved.body.endpoint).toMatchObject({ url: "http://new", interface: "admin", region: null });
  expect(await addresses(service.id)).toEqual(["http://new"]);
  expect((await change({ enabled: false })).body.endpoint.url).toBe("http://new");
  expect(await addresses(service.id)).toEqual([]);
  const renamed = await call("PATCH", `services/${service.id}`, {
    service: { name: "meter", enabled: false },
  });
  expect(renamed.body.service).toMatchObject({ name: "meter", type: "metering", colour: "red" });
  expect(await addresses(service.id)).toBe(undefined);
  expect((await call("DELETE", `services/${service.id}`)).status).toBe(204);
  expect((await call("GET", path)).body.error.message).toBe(`Could not find endpoint: ${endpoint.id}.`);
  expect((await call("GET", `services/${service.id}`)).body.error.message).toBe(
    `Could not find service: ${service.id}.`,
  );
});

test.each([
  { enabled: "True" },
  { interface: "outer" },
  { url: "no address" },
  { url: "http://x/$(secret)s" },
  { url: "http://x/$(project_id)" },
  { service_id: "nothing" },
  { region_id: "nowhere" },
])("an endpoint with %j is 400, new and changed", async (fault) => {
  const good = { service_id: "s1", interface: "public", url: "http://x", region: "RegionOdd" };
  const before = (await call("GET", "endpoints")).body.endpoints;
  expect((await call("POST", "endpoints", { endpoint: { ...good, ...fault } })).status).toBe(400);
  expect((await call("PATCH", "endpoints/e1", { endpoint: fault })).status).toBe(400);
  expect((await call("GET", "endpoints")).body.endpoints).toEqual(before);
  expect((await call("GET", "regions/RegionOdd")).status).toBe(404);
});

test("regions within regions; a region in use stays", async () => {
  const outer = await make("region", { id: "outer", description: "the whole", note: 1 });
  expect(outer).toMatchObject({ id: "outer", description: "the whole", note: 1 });
  const inner = await make("region", { parent_region_id: "outer" });
  expect(ids((await call("GET", "regions?parent_region_id=outer")).body.regions)).toEqual([inner.id]);
  const again = await call("POST", "regions", { region: { id: "outer" } });
  expect([again.status, again.body.error.message]).toEqual([
    409,
    "Conflict occurred attempting to store region - Duplicate ID, outer.",
  ]);
  expect((await call("POST", "regions", { region: { parent_region_id: "none" } })).status).toBe(404);
  const circle = await call("PATCH", "regions/outer", { region: { parent_region_id: inner.id } });
  expect([circle.status, circle.body.error.message]).toEqual([
    400,
    `The specified parent region ${inner.id} would create a circular region hierarchy.`,
  ]);
  const named = await call("PUT", "regions/third", { region: { description: null } });
  expect([named.status, named.body.region.id]).toEqual([201, "third"]);
  expect((await call("PUT", "regions/fourth", { region: { id: "fifth" } })).status).toBe(400);
  const used = { service_id: "s1", interface: "admin", url: "http://inner", region_id: inner.id };
  const endpoint = await make("endpoint", used);
  expect((await call("DELETE", "regions/outer")).status).toBe(403);
  expect((await call("DELETE", `endpoints/${endpoint.id}`)).status).toBe(204);
  expect((await call("DELETE", "regions/outer")).status).toBe(204);
  expect((await call("GET", `regions/${inner.id}`)).status).toBe(404);
});

test("an address that nobody changed follows the configuration", async () => {
  const own = await startTestCloud();
  const url = (place: string) =>
    own.identity.endpointUrl({ type: "compute", interface: "internal", region: place });
  const startAt = (address: string) =>
    own.identity.bootstrap({
      adminPassword: new Secret("other"),
      demoPassword: new Secret("other"),
      catalog: catalog.map((service) => ({
        ...service,
        endpoints: service.endpoints.map((endpoint) => ({ ...endpoint, url: address })),
      })),
    });
  expect(await url("RegionOne")).toBe("http://127.0.0.1:8700/compute/v2.1");
  expect(await url("RegionTwo")).toBeUndefined();
  for (const address of ["http://first", "http://second"]) {
    await startAt(address);
    expect(await url("RegionOne")).toBe(address);
  }
  const token = await own.signIn("admin", passwords.admin, projectScope("admin"));
  const change = { endpoint: { url: "http://operator" } };
  await own.send("PATCH", "/v3/endpoints/e2", { token, body: change });
  await startAt("http://third");
  expect(await url("RegionOne")).toBe("http://operator");
  await own.close();
});

test("what was changed or deleted in the catalogue stays so at the next start", async () => {
  await call("PATCH", "endpoints/e1", { endpoint: { url: "http://elsewhere" } });
  await call("DELETE", "endpoints/e2");
  await cloud.identity.bootstrap({
    adminPassword: new Secret("other"),
    demoPassword: new Secret("other"),
    catalog,
  });
  expect(await addresses("s1")).toEqual(["http://elsewhere"]);
});

test("members change nothing of the catalogue", async () => {
  for (const [method, path, body] of [
    ["POST", "services", { service: { type: "x" } }],
    ["PATCH", "endpoints/e1", { endpoint: { url: "http://mine" } }],
    ["DELETE", "services/s1", undefined],
    ["PUT", "regions/mine", { region: {} }],
    ["GET", "endpoints", undefined],
  ] as const) {
    const answer = await cloud.send(method, `/v3/${path}`, { token: demo, ...(body ? { body } : {}) });
    expect([path, answer.status]).toEqual([path, 403]);
  }
});
