import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { startPlacement, type TestPlacement } from "../testing/start.ts";

let cloud: TestPlacement;
const [a, b, child] = [newUuid(), newUuid(), newUuid()];
const aggregate = newUuid();
const tpm = "COMPUTE_SECURITY_TPM_2_0";

beforeAll(async () => {
  cloud = await startPlacement();
  const inventories = { VCPU: { total: 4, allocationRatio: 1.6 }, MEMORY_MB: { total: 1024 } };
  await cloud.placement.providerEnsure({ uuid: a, name: "a", inventories, traits: [tpm] });
  await cloud.placement.providerEnsure({
    uuid: b,
    name: "b",
    inventories: { MEMORY_MB: { total: 8 } },
    traits: [],
  });
  const body = { name: "b-child", uuid: child, parent_provider_uuid: b };
  await cloud.send("POST", "/resource_providers", { body });
  await cloud.send("POST", `/resource_providers/${child}/inventories`, {
    body: { resource_class: "VCPU", total: 2 },
  });
  await cloud.send("PUT", `/resource_providers/${b}/aggregates`, { at: "1.1", body: [aggregate] });
});
afterAll(() => cloud.close());

const get = (query: string, at = "1.39") => cloud.send("GET", `/allocation_candidates?${query}`, { at });

async function chosen(query: string, at = "1.39"): Promise<string[][]> {
  const { body } = await get(query, at);
  return body.allocation_requests.map((each: { allocations: object }) => Object.keys(each.allocations));
}

test("the answer's form, by microversion", async () => {
  const query = "resources=VCPU:1";
  expect((await get(query, "1.9")).status).toBe(404);
  const first = (await get(query, "1.10")).body;
  expect(first).toEqual({
    allocation_requests: [a, child].map((uuid) => ({
      allocations: [{ resource_provider: { uuid }, resources: { VCPU: 1 } }],
    })),
    provider_summaries: {
      [a]: { resources: { VCPU: { capacity: 6, used: 0 } } },
      [child]: { resources: { VCPU: { capacity: 2, used: 0 } } },
    },
  });
  const { body } = await get(`${query}&required=${tpm}`);
  expect(body).toEqual({
    allocation_requests: [{ allocations: { [a]: { resources: { VCPU: 1 } } }, mappings: { "": [a] } }],
    provider_summaries: {
      [a]: {
        resources: { VCPU: { capacity: 6, used: 0 }, MEMORY_MB: { capacity: 1024, used: 0 } },
        traits: [tpm],
        parent_provider_uuid: null,
        root_provider_uuid: a,
      },
    },
  });
});

test("trees since 1.29, with all their providers in the summaries", async () => {
  const query = "resources=VCPU:1,MEMORY_MB:1";
  expect(await chosen(query, "1.28")).toEqual([[a]]);
  expect((await chosen(query, "1.29")).map((uuids) => uuids.sort())).toEqual([[a], [b, child].sort()]);
  expect(Object.keys((await get("resources=MEMORY_MB:1")).body.provider_summaries).sort()).toEqual(
    [a, b, child].sort(),
  );
});

test("filters", async () => {
  const query = "resources=MEMORY_MB:1";
  expect(await chosen(`${query}&required=!${tpm}`)).toEqual([[b]]);
  expect(await chosen(`${query}&root_required=${tpm}`)).toEqual([[a]]);
  expect(await chosen(`${query}&in_tree=${child}`)).toEqual([[b]]);
  expect(await chosen(`${query}&member_of=${aggregate}`)).toEqual([[b]]);
  expect(await chosen(`resources=VCPU:1&member_of=${aggregate}`)).toEqual([[child]]);
  expect(await chosen(`${query}&member_of=!${aggregate}`)).toEqual([[a]]);
  expect(await chosen(`${query}&limit=1`)).toEqual([[a]]);
  expect(await chosen("resources=MEMORY_MB:9999")).toEqual([]);
});

test.each([
  ["", 400],
  ["resources=VCPU", 400],
  ["resources=NOTHING:1", 400],
  ["resources=VCPU:1&required=CUSTOM_NONE", 400],
  ["resources=VCPU:1&required=HW_CPU_X86_SSE,!HW_CPU_X86_SSE", 400],
  ["resources=VCPU:1&limit=0", 400],
  ["resources=VCPU:1&colour=red", 400],
  ["resources=VCPU:1&same_subtree=_A", 400],
  ["resources=VCPU:1&same_subtree=", 400],
  ["resources=VCPU:1&required_A=HW_CPU_X86_SSE", 400],
  ["resources1=VCPU:1&resources2=VCPU:1", 400],
  ["resources1=VCPU:1&resources2=VCPU:1&group_policy=all", 400],
  ["resources1=VCPU:1&resources2=VCPU:1&group_policy=none", 200],
])("%j is %i", async (query, status) => {
  expect((await get(query)).status).toBe(status);
});

test("what a microversion does not have yet is refused", async () => {
  expect((await get("resources=VCPU:1&limit=1", "1.15")).status).toBe(400);
  expect((await get(`resources=VCPU:1&required=!${tpm}`, "1.21")).status).toBe(400);
  expect((await get("resources1=VCPU:1", "1.24")).status).toBe(400);
  const refused = await get("resources=VCPU:1", "1.40");
  expect(refused.status).toBe(406);
  expect(refused.body.errors[0]).toMatchObject({ min_version: "1.0", max_version: "1.39" });
});
