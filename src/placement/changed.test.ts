import { afterAll, beforeAll, expect, it } from "vitest";
import { startPlacement, type TestPlacement } from "./testing/start.ts";

let cloud: TestPlacement;

beforeAll(async () => {
  cloud = await startPlacement();
});
afterAll(() => cloud.close());

const uuid = "11111111-1111-4111-8111-111111111111";
const root = "22222222-2222-4222-8222-222222222222";
const consumer = "33333333-3333-4333-8333-333333333333";
const provider = `/resource_providers/${uuid}`;

async function markOf(which = uuid): Promise<number> {
  const row = await cloud.database.db
    .selectFrom("placement_providers")
    .select("changed")
    .where("uuid", "=", which)
    .executeTakeFirstOrThrow();
  return row.changed;
}

async function send(...request: Parameters<TestPlacement["send"]>): Promise<void> {
  const answer = await cloud.send(...request);
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
}

/** Each leaves the provider different from what it was. */
const writes: readonly (readonly [string, ...Parameters<TestPlacement["send"]>])[] = [
  ["inventory", "POST", `${provider}/inventories`, { body: { resource_class: "VCPU", total: 8 } }],
  [
    "traits",
    "PUT",
    `${provider}/traits`,
    { body: { resource_provider_generation: 1, traits: ["HW_CPU_X86_VMX"] } },
  ],
  ["aggregates without a generation", "PUT", `${provider}/aggregates`, { at: "1.18", body: [root] }],
  ["a name", "PUT", provider, { body: { name: "renamed" } }],
  ["another parent", "PUT", provider, { body: { name: "renamed", parent_provider_uuid: root } }],
  [
    "a claim",
    "PUT",
    `/allocations/${consumer}`,
    {
      at: "1.12",
      body: { project_id: "p", user_id: "u", allocations: { [uuid]: { resources: { VCPU: 2 } } } },
    },
  ],
  ["a release", "DELETE", `/allocations/${consumer}`],
  ["no inventories", "DELETE", `${provider}/inventories`],
];

it("grows with every change of a provider and of what it has, and a deletion leaves a greater one", async () => {
  await send("POST", "/resource_providers", { body: { name: "root", uuid: root } });
  await send("POST", "/resource_providers", { body: { name: "first", uuid } });
  const marks = [await markOf()];
  const other = await markOf(root);
  expect(marks[0]).toBeGreaterThan(other);
  for (const [what, ...request] of writes) {
    await send(...request);
    marks.push(await markOf());
    expect(marks.at(-1), what).toBeGreaterThan(marks.at(-2) ?? Infinity);
  }
  expect(await markOf(root)).toBe(other);
  await send("DELETE", provider);
  const gone = await cloud.database.db.selectFrom("placement_deleted_providers").selectAll().execute();
  expect(gone.map((row) => row.uuid)).toEqual([uuid]);
  expect(gone[0]?.changed).toBeGreaterThan(marks.at(-1) ?? Infinity);
});

it("marks every provider whose resource class got another name", async () => {
  await send("POST", "/resource_classes", { body: { name: "CUSTOM_OLD" } });
  await send("POST", `/resource_providers/${root}/inventories`, {
    body: { resource_class: "CUSTOM_OLD", total: 1 },
  });
  const before = await markOf(root);
  await send("PUT", "/resource_classes/CUSTOM_OLD", { at: "1.6", body: { name: "CUSTOM_NEW" } });
  expect(await markOf(root)).toBeGreaterThan(before);
});
