import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { startPlacement, type TestPlacement } from "../testing/start.ts";

let cloud: TestPlacement;
let parent: string;
let child: string;
const owner = { project_id: "p", user_id: "u" };

beforeAll(async () => {
  cloud = await startPlacement();
});
afterAll(() => cloud.close());
beforeEach(async () => {
  [parent, child] = [newUuid(), newUuid()];
  const inventories = { VCPU: { total: 4 }, DISK_GB: { total: 100 } };
  await cloud.placement.providerEnsure({ uuid: parent, name: parent, inventories, traits: [] });
  await cloud.send("POST", "/resource_providers", {
    body: { name: child, uuid: child, parent_provider_uuid: parent },
  });
});

const claim = (consumer_generation: number | null, allocations: object) => ({
  ...owner,
  consumer_generation,
  consumer_type: "INSTANCE",
  allocations,
});
const inventories = (resource_provider_generation: number, totals: Record<string, number>) => ({
  resource_provider_generation,
  inventories: Object.fromEntries(Object.entries(totals).map(([name, total]) => [name, { total }])),
});

function post(body: unknown, at = "1.39", token = "service") {
  return cloud.send("POST", "/reshaper", { at, body, token });
}

async function served(): Promise<string> {
  const consumer = newUuid();
  const body = claim(null, { [parent]: { resources: { VCPU: 2, DISK_GB: 10 } } });
  expect((await cloud.send("PUT", `/allocations/${consumer}`, { body })).status).toBe(204);
  return consumer;
}

const usages = async (uuid: string) => (await cloud.send("GET", `/resource_providers/${uuid}/usages`)).body;

test("a class moves to a child with what is allocated of it", async () => {
  const consumer = await served();
  const answer = await post({
    inventories: { [parent]: inventories(2, { DISK_GB: 100 }), [child]: inventories(0, { VCPU: 4 }) },
    allocations: {
      [consumer]: claim(1, {
        [parent]: { resources: { DISK_GB: 10 } },
        [child]: { resources: { VCPU: 2 } },
      }),
    },
  });
  expect([answer.status, answer.body]).toEqual([204, undefined]);
  expect(await usages(parent)).toEqual({ resource_provider_generation: 5, usages: { DISK_GB: 10 } });
  expect(await usages(child)).toEqual({ resource_provider_generation: 3, usages: { VCPU: 2 } });
  const shown = (await cloud.send("GET", `/allocations/${consumer}`)).body;
  expect(shown.consumer_generation).toBe(2);
  expect(shown.allocations[child].resources).toEqual({ VCPU: 2 });
});

test("what it refuses leaves everything as it was", async () => {
  const consumer = await served();
  const moved = { [parent]: inventories(2, { DISK_GB: 100 }), [child]: inventories(0, { VCPU: 4 }) };
  const all = (amount: number, generation = 1, cpus: object = { VCPU: amount }) => ({
    [consumer]: claim(generation, {
      [parent]: { resources: { DISK_GB: 10 } },
      [child]: { resources: cpus },
    }),
  });
  const nowhere = newUuid();
  for (const [body, status, text, code] of [
    [
      { inventories: moved, allocations: {} },
      409,
      "update conflict: Inventory for 'VCPU'",
      "inventory.inuse",
    ],
    [{ inventories: moved, allocations: all(5) }, 409, "Unable to allocate inventory: ", "undefined_code"],
    [{ inventories: moved, allocations: all(2, 7) }, 409, "expected 1 but got 7", "concurrent_update"],
    [
      { inventories: moved, allocations: all(1, 1, { CUSTOM_NONE: 1 }) },
      400,
      "malformed reshaper data: No such resource class CUSTOM_NONE.",
      "undefined_code",
    ],
    [
      { inventories: { [child]: inventories(0, { CUSTOM_NONE: 1 }) }, allocations: {} },
      400,
      "malformed reshaper data: No such resource class CUSTOM_NONE.",
      "undefined_code",
    ],
    [
      { inventories: { [child]: inventories(3, {}) }, allocations: {} },
      409,
      `resource provider generation conflict for provider ${child}: actual: 0, given: 3`,
      "concurrent_update",
    ],
    [
      { inventories: { [nowhere]: inventories(0, {}) }, allocations: {} },
      400,
      `Resource provider ${nowhere} in inventories not found: `,
      "resource_provider.not_found",
    ],
  ] as const) {
    const answer = await post(body);
    const [error] = answer.body.errors;
    expect([answer.status, error.code, error.detail]).toEqual([
      status,
      `placement.${code}`,
      expect.stringContaining(text),
    ]);
  }
  expect(await usages(parent)).toEqual({
    resource_provider_generation: 2,
    usages: { VCPU: 2, DISK_GB: 10 },
  });
  expect(await usages(child)).toEqual({ resource_provider_generation: 0, usages: {} });
});

test("since 1.30, for services only, its consumers as in POST /allocations", async () => {
  const body = { inventories: { [child]: inventories(0, { VCPU: 1 }) }, allocations: {} };
  expect((await post(body, "1.29")).status).toBe(404);
  for (const token of ["admin", "member", "reader"])
    expect((await post(body, "1.39", token)).status).toBe(403);
  expect((await post({ ...body, inventories: {} })).status).toBe(400);
  expect((await post({ inventories: body.inventories })).status).toBe(400);
  expect((await post(body, "1.30")).status).toBe(204);
  const typed = {
    inventories: { [child]: inventories(2, { VCPU: 1 }) },
    allocations: { [newUuid()]: claim(null, { [child]: { resources: { VCPU: 1 } } }) },
  };
  expect((await post(typed, "1.37")).status).toBe(400);
  expect((await post(typed, "1.38")).status).toBe(204);
});
