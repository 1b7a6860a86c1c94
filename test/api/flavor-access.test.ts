import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
beforeAll(async () => {
  cloud = await startTestCloud();
});
afterAll(() => cloud.stop());

const flavors = "/compute/v2.1/flavors";
const base = { name: "f", ram: 64, vcpus: 1, disk: 0 };

async function visible(): Promise<string[]> {
  const { body } = await cloud.demo.send("GET", `${flavors}?is_public=none`);
  return (body.flavors as { name: string }[]).map(({ name }) => name);
}

test("a private flavor is seen by the projects on its list, and by no other", async () => {
  const body = { flavor: { ...base, name: "secret", id: "secret", "os-flavor-access:is_public": false } };
  expect((await cloud.admin.send("POST", flavors, body)).status).toBe(200);
  expect((await cloud.demo.send("GET", `${flavors}/secret`)).status).toBe(404);
  const tenant = { tenant: cloud.demo.projectId };
  const act = (key: string) => cloud.admin.send("POST", `${flavors}/secret/action`, { [key]: tenant });
  expect(await act("addTenantAccess")).toMatchObject({
    status: 200,
    body: { flavor_access: [{ flavor_id: "secret", tenant_id: cloud.demo.projectId }] },
  });
  expect((await act("addTenantAccess")).status).toBe(409);
  expect((await cloud.demo.send("GET", `${flavors}/secret`)).status).toBe(200);
  expect(await visible()).toContain("secret");
  expect(
    (await cloud.admin.send("GET", `${flavors}/secret/os-flavor-access`)).body.flavor_access,
  ).toHaveLength(1);
  expect((await cloud.demo.send("GET", `${flavors}/secret/os-flavor-access`)).status).toBe(403);
  expect((await act("removeTenantAccess")).body).toEqual({ flavor_access: [] });
  expect((await act("removeTenantAccess")).status).toBe(404);
  expect(await visible()).not.toContain("secret");
});

test("a public flavor has no list", async () => {
  await cloud.admin.send("POST", flavors, { flavor: { ...base, name: "open", id: "open" } });
  expect((await cloud.admin.send("GET", `${flavors}/open/os-flavor-access`)).status).toBe(404);
  const body = { addTenantAccess: { tenant: cloud.demo.projectId } };
  expect((await cloud.admin.send("POST", `${flavors}/open/action`, body, "2.7")).status).toBe(409);
});

test.each([
  { "os-flavor-access:is_public": "nope" },
  { ram: "0" },
  { ram: "9999999999" },
  { id: " blank" },
  { flavorid: "x" },
])("flavor with %j is 400", async (wrong) => {
  expect((await cloud.admin.send("POST", flavors, { flavor: { ...base, ...wrong } })).status).toBe(400);
});

test.each([
  ["flavors", "2.74", "2.75"],
  ["os-keypairs", "2.74", "2.75"],
  ["os-services", "2.74", "2.75"],
  ["os-hypervisors", "2.52", "2.53"],
])("an unknown query parameter of %s is ignored at %s and 400 at %s", async (path, before, since) => {
  const ask = (version: string) => cloud.admin.send("GET", `/compute/v2.1/${path}?foo=1`, undefined, version);
  expect((await ask(before)).status).toBe(200);
  expect((await ask(since)).status).toBe(400);
});

test("both versions are listed, and their links answer", async () => {
  const { body } = await cloud.demo.send("GET", "/compute/");
  expect(body.versions.map((version: { id: string }) => version.id)).toEqual(["v2.0", "v2.1"]);
  for (const { id, links } of body.versions as { id: string; links: { href: string }[] }[]) {
    const shown = await cloud.demo.send("GET", (links[0]?.href ?? "").replace(cloud.url, ""));
    expect(shown.body.version.id).toBe(id);
  }
});

test("neither a flavor nor quotas are of a project that there is not", async () => {
  await cloud.admin.send("POST", flavors, {
    flavor: { ...base, name: "private", id: "private", "os-flavor-access:is_public": false },
  });
  const quotas = "/compute/v2.1/os-quota-sets/nobody";
  const answers = [
    await cloud.admin.send("POST", `${flavors}/private/action`, { addTenantAccess: { tenant: "nobody" } }),
    await cloud.admin.send("PUT", quotas, { quota_set: { cores: 5 } }),
    await cloud.admin.send("GET", quotas),
    await cloud.admin.send("GET", `${quotas}/detail`),
    await cloud.admin.send("GET", `${quotas}/defaults`),
  ];
  for (const { status, body } of answers) {
    expect([status, body.badRequest?.message]).toEqual([400, "Project ID nobody is not a valid project."]);
  }
  // What was given to one that is gone can be taken away.
  const tenant = { tenant: "nobody" };
  const removed = await cloud.admin.send("POST", `${flavors}/private/action`, { removeTenantAccess: tenant });
  expect(removed.status).toBe(404);
  expect((await cloud.admin.send("DELETE", quotas)).status).toBe(202);
});
