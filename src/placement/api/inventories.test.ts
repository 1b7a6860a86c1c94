import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { startPlacement, type TestPlacement } from "../testing/start.ts";

let cloud: TestPlacement;
let uuid: string;
let path: string;
beforeAll(async () => {
  cloud = await startPlacement();
});
beforeEach(async () => {
  uuid = newUuid();
  path = `/resource_providers/${uuid}/inventories`;
  await cloud.send("POST", "/resource_providers", { body: { name: uuid, uuid } });
});
afterAll(() => cloud.close());

const defaults = { reserved: 0, min_unit: 1, max_unit: 2147483647, step_size: 1, allocation_ratio: 1 };

test("set all, show one, list, with defaults and generations", async () => {
  const body = {
    resource_provider_generation: 0,
    inventories: { VCPU: { total: 8 }, DISK_GB: { total: 9 } },
  };
  const written = await cloud.send("PUT", path, { body });
  expect(written.body).toEqual({
    resource_provider_generation: 1,
    inventories: { VCPU: { ...defaults, total: 8 }, DISK_GB: { ...defaults, total: 9 } },
  });
  expect((await cloud.send("GET", path)).body).toEqual(written.body);
  const one = await cloud.send("GET", `${path}/VCPU`);
  expect(one.body).toEqual({ ...defaults, total: 8, resource_provider_generation: 1 });
  const stale = await cloud.send("PUT", path, { body });
  expect([stale.status, stale.body.errors[0].code]).toEqual([409, "placement.concurrent_update"]);
  expect(stale.body.errors[0].detail).toBe("resource provider generation conflict");
  expect((await cloud.send("GET", `${path}/MEMORY_MB`)).status).toBe(404);
});

test("add, change and remove one", async () => {
  const added = await cloud.send("POST", path, { body: { resource_class: "VCPU", total: 4 } });
  expect(added.status).toBe(201);
  expect(added.headers["location"]).toMatch(new RegExp(`${path}/VCPU$`));
  expect((await cloud.send("POST", path, { body: { resource_class: "VCPU", total: 4 } })).status).toBe(409);
  const change = { total: 5, reserved: 5, resource_provider_generation: 1 };
  expect((await cloud.send("PUT", `${path}/VCPU`, { at: "1.25", body: change })).status).toBe(400);
  expect((await cloud.send("PUT", `${path}/VCPU`, { at: "1.26", body: change })).body).toMatchObject({
    total: 5,
    reserved: 5,
    resource_provider_generation: 2,
  });
  const absent = await cloud.send("PUT", `${path}/PCPU`, {
    body: { ...change, resource_provider_generation: 2 },
  });
  expect(absent.status).toBe(400);
  expect((await cloud.send("DELETE", `${path}/VCPU`)).status).toBe(204);
  expect((await cloud.send("DELETE", `${path}/VCPU`)).status).toBe(404);
});

test.each([
  [{ total: 0 }],
  [{ total: 1, min_unit: 0 }],
  [{ total: 2147483648 }],
  [{ total: 1, colour: "red" }],
  [{ total: 1, reserved: 2 }],
])("settings %j are refused", async (settings) => {
  const body = { resource_provider_generation: 0, inventories: { VCPU: settings } };
  expect((await cloud.send("PUT", path, { body })).status).toBe(400);
});

test("unknown classes are refused; custom ones are made first", async () => {
  const body = { resource_class: "CUSTOM_MAGIC", total: 1 };
  expect((await cloud.send("POST", path, { body })).status).toBe(400);
  expect((await cloud.send("PUT", "/resource_classes/CUSTOM_MAGIC")).status).toBe(201);
  expect((await cloud.send("PUT", "/resource_classes/CUSTOM_MAGIC")).status).toBe(204);
  expect((await cloud.send("POST", path, { body })).status).toBe(201);
  const used = await cloud.send("DELETE", "/resource_classes/CUSTOM_MAGIC");
  expect([used.status, used.body.errors[0].detail]).toEqual([
    409,
    expect.stringContaining("in use in inventory"),
  ]);
  const renamed = await cloud.send("PUT", "/resource_classes/CUSTOM_MAGIC", {
    at: "1.6",
    body: { name: "CUSTOM_WAND" },
  });
  expect(renamed.body.name).toBe("CUSTOM_WAND");
  expect((await cloud.send("GET", `${path}/CUSTOM_WAND`)).status).toBe(200);
  await cloud.send("DELETE", `${path}/CUSTOM_WAND`);
  expect((await cloud.send("DELETE", "/resource_classes/CUSTOM_WAND")).status).toBe(204);
  expect((await cloud.send("DELETE", "/resource_classes/VCPU")).status).toBe(400);
  expect((await cloud.send("PUT", "/resource_classes/VCPU")).status).toBe(400);
  const { resource_classes: classes } = (await cloud.send("GET", "/resource_classes")).body;
  expect(classes[0]).toEqual({
    name: "VCPU",
    links: [{ rel: "self", href: "/placement/resource_classes/VCPU" }],
  });
});

test("delete all is 405 before 1.5", async () => {
  const early = await cloud.send("DELETE", path, { at: "1.4" });
  expect([early.status, early.headers["allow"]]).toEqual([405, "GET, POST, PUT"]);
  await cloud.send("POST", path, { body: { resource_class: "VCPU", total: 4 } });
  expect((await cloud.send("DELETE", path, { at: "1.5" })).status).toBe(204);
  expect((await cloud.send("GET", path)).body.inventories).toEqual({});
});

test("what is allocated from cannot be removed", async () => {
  await cloud.send("POST", path, { body: { resource_class: "VCPU", total: 4 } });
  const consumer = newUuid();
  await cloud.placement.allocationClaim({
    consumerUuid: consumer,
    providerUuid: uuid,
    resources: { VCPU: 1 },
    projectId: "p",
    userId: "u",
  });
  const all = await cloud.send("DELETE", path);
  expect([all.status, all.body.errors[0].code]).toEqual([409, "placement.inventory.inuse"]);
  expect((await cloud.send("DELETE", `${path}/VCPU`)).status).toBe(409);
  const whole = await cloud.send("DELETE", `/resource_providers/${uuid}`);
  expect([whole.status, whole.body.errors[0].code]).toEqual([409, "placement.resource_provider.inuse"]);
});
