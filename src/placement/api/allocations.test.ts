import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { startPlacement, type TestPlacement } from "../testing/start.ts";

let cloud: TestPlacement;
let host: string;
beforeAll(async () => {
  cloud = await startPlacement();
});
beforeEach(async () => {
  host = newUuid();
  await cloud.placement.providerEnsure({
    uuid: host,
    name: host,
    inventories: {
      VCPU: { total: 4 },
      MEMORY_MB: { total: 1024, stepSize: 128, minUnit: 128, maxUnit: 512 },
    },
    traits: [],
  });
});
afterAll(() => cloud.close());

const owner = { project_id: "p", user_id: "u" };

function put(consumer: string, body: unknown, at = "1.39") {
  return cloud.send("PUT", `/allocations/${consumer}`, { at, body });
}

const detail = (answer: { body: { errors: { detail: string }[] } }) => answer.body.errors[0]?.detail;

test("bodies by microversion", async () => {
  const list = { allocations: [{ resource_provider: { uuid: host }, resources: { VCPU: 1 } }] };
  const dict = { allocations: { [host]: { resources: { VCPU: 1 } } } };
  const generation = { consumer_generation: null };
  const type = { consumer_type: "INSTANCE" };
  const mappings = { mappings: { "": [host] } };
  for (const [at, body, status] of [
    ["1.7", list, 204],
    ["1.7", { ...list, ...owner }, 400],
    ["1.8", list, 400],
    ["1.11", { ...list, ...owner }, 204],
    ["1.12", { ...list, ...owner }, 400],
    ["1.27", { ...dict, ...owner }, 204],
    ["1.28", { ...dict, ...owner }, 400],
    ["1.28", { ...dict, ...owner, ...generation }, 204],
    ["1.33", { ...dict, ...owner, ...generation, ...mappings }, 400],
    ["1.34", { ...dict, ...owner, ...generation, ...mappings }, 204],
    ["1.38", { ...dict, ...owner, ...generation }, 400],
    ["1.38", { ...dict, ...owner, ...generation, ...mappings, ...type }, 204],
  ] as const) {
    const consumer = newUuid();
    expect([at, body, (await put(consumer, body, at)).status]).toEqual([at, body, status]);
    if (status === 204) await cloud.send("DELETE", `/allocations/${consumer}`);
  }
});

test("show, by microversion, and the provider's side of it", async () => {
  const consumer = newUuid();
  expect((await cloud.send("GET", `/allocations/${consumer}`)).body).toEqual({ allocations: {} });
  const resources = { VCPU: 2, MEMORY_MB: 256 };
  await put(consumer, { allocations: { [host]: { resources } }, ...owner }, "1.12");
  const shown = await cloud.send("GET", `/allocations/${consumer}`);
  expect(shown.body).toEqual({
    allocations: { [host]: { resources, generation: 2 } },
    ...owner,
    consumer_generation: 1,
    consumer_type: "unknown",
  });
  expect((await cloud.send("GET", `/allocations/${consumer}`, { at: "1.11" })).body).toEqual({
    allocations: { [host]: { resources, generation: 2 } },
  });
  expect((await cloud.send("GET", `/resource_providers/${host}/allocations`)).body).toEqual({
    allocations: { [consumer]: { resources, consumer_generation: 1 } },
    resource_provider_generation: 2,
  });
  expect((await cloud.send("GET", `/resource_providers/${host}/usages`)).body).toEqual({
    resource_provider_generation: 2,
    usages: resources,
  });
});

test("providers and classes are shown in the order in which they were claimed", async () => {
  const [consumer, other] = [newUuid(), newUuid()];
  const inventories = { VCPU: { total: 4 } };
  await cloud.placement.providerEnsure({ uuid: other, name: other, inventories, traits: [] });
  for (const uuids of [
    [host, other],
    [other, host],
  ]) {
    const claims = uuids.map((uuid) => [uuid, { resources: { VCPU: 1 } }]);
    await put(consumer, { allocations: Object.fromEntries(claims), ...owner }, "1.12");
    const { allocations } = (await cloud.send("GET", `/allocations/${consumer}`)).body;
    expect(Object.keys(allocations)).toEqual(uuids);
  }
});

test("consumer generations guard against somebody else's change; nothing means: give up everything", async () => {
  const consumer = newUuid();
  const body = (consumer_generation: number | null, allocations: object) => ({
    allocations,
    ...owner,
    consumer_generation,
    consumer_type: "INSTANCE",
  });
  const one = { [host]: { resources: { VCPU: 1 } } };
  expect(detail(await put(consumer, body(3, one)))).toBe(
    "consumer generation conflict - expected null but got 3",
  );
  expect((await put(consumer, body(null, one))).status).toBe(204);
  const stale = await put(consumer, body(null, one));
  expect([stale.status, stale.body.errors[0].code]).toEqual([409, "placement.concurrent_update"]);
  expect(detail(stale)).toBe("consumer generation conflict - expected 1 but got None");
  expect((await put(consumer, body(1, {}))).status).toBe(204);
  expect((await cloud.send("GET", `/allocations/${consumer}`)).body).toEqual({ allocations: {} });
  expect((await put(consumer, body(null, one))).status).toBe(204);
  expect((await cloud.send("DELETE", `/allocations/${consumer}`)).status).toBe(204);
  expect(detail(await cloud.send("DELETE", `/allocations/${consumer}`))).toBe(
    `No allocations for consumer '${consumer}'`,
  );
});

test("capacity, units and steps; a refused replacement leaves the old one", async () => {
  const consumer = newUuid();
  const ask = (resources: object, provider = host) =>
    put(consumer, { allocations: { [provider]: { resources } }, ...owner }, "1.12");
  expect((await ask({ VCPU: 3 })).status).toBe(204);
  // Its own three are free again for the replacement.
  expect((await ask({ VCPU: 4 })).status).toBe(204);
  const exceeded = await ask({ VCPU: 5 });
  expect([exceeded.status, detail(exceeded)]).toEqual([409, expect.stringContaining("exceed the capacity")]);
  for (const amount of [64, 640, 200]) {
    expect(detail(await ask({ MEMORY_MB: amount }))).toContain("violate inventory constraints");
  }
  expect((await ask({ DISK_GB: 1 })).status).toBe(409);
  expect((await ask({ CUSTOM_NONE: 1 })).status).toBe(400);
  expect(detail(await ask({ VCPU: 1 }, newUuid()))).toContain("that does not exist");
  expect((await put("nonsense", { allocations: {}, ...owner }, "1.12")).status).toBe(400);
  const { allocations } = (await cloud.send("GET", `/allocations/${consumer}`)).body;
  expect(allocations[host].resources).toEqual({ VCPU: 4 });
});

test("POST: a move between two consumers is all or nothing", async () => {
  const [server, migration] = [newUuid(), newUuid()];
  await put(server, { allocations: { [host]: { resources: { VCPU: 4 } } }, ...owner }, "1.12");
  const move = (amount: number) => ({
    [server]: { allocations: {}, ...owner },
    [migration]: { allocations: { [host]: { resources: { VCPU: amount } } }, ...owner },
  });
  expect((await cloud.send("POST", "/allocations", { at: "1.12", body: move(4) })).status).toBe(404);
  expect((await cloud.send("POST", "/allocations", { at: "1.13", body: move(5) })).status).toBe(409);
  expect((await cloud.placement.allocationsOf(server)).length).toBe(1);
  expect((await cloud.send("POST", "/allocations", { at: "1.13", body: move(4) })).status).toBe(204);
  expect(await cloud.placement.allocationsOf(server)).toEqual([]);
  expect((await cloud.placement.allocationsOf(migration))[0]?.resources).toEqual({ VCPU: 4 });
  expect((await cloud.send("POST", "/allocations", { body: {} })).status).toBe(400);
});

test("usages of a project, by consumer type since 1.38, by a reader of that project only", async () => {
  const mine = { project_id: "p", user_id: "usage-user" };
  const claim = { [host]: { resources: { VCPU: 1, MEMORY_MB: 128 } } };
  const typed = { allocations: claim, ...mine, consumer_generation: null, consumer_type: "INSTANCE" };
  await put(newUuid(), typed);
  await put(newUuid(), { allocations: claim, ...mine }, "1.12");
  const path = "/usages?project_id=p&user_id=usage-user";
  expect((await cloud.send("GET", path, { at: "1.8" })).status).toBe(404);
  expect((await cloud.send("GET", path, { at: "1.9" })).body).toEqual({
    usages: { VCPU: 2, MEMORY_MB: 256 },
  });
  const one = { consumer_count: 1, VCPU: 1, MEMORY_MB: 128 };
  expect((await cloud.send("GET", path)).body).toEqual({ usages: { INSTANCE: one, unknown: one } });
  expect((await cloud.send("GET", `${path}&consumer_type=all`)).body).toEqual({
    usages: { all: { consumer_count: 2, VCPU: 2, MEMORY_MB: 256 } },
  });
  expect((await cloud.send("GET", `${path}&consumer_type=INSTANCE`)).body).toEqual({
    usages: { INSTANCE: one },
  });
  expect((await cloud.send("GET", "/usages")).status).toBe(400);
  expect((await cloud.send("GET", path, { token: "reader" })).status).toBe(200);
  expect((await cloud.send("GET", "/usages?project_id=q", { token: "reader" })).status).toBe(403);
  expect((await cloud.send("GET", path, { token: "member" })).status).toBe(403);
});

test("what a query of usages does not let pass is said in jsonschema's words", async () => {
  const told = async (query: string) => detail(await cloud.send("GET", `/usages?${query}`));
  expect(await told("project_id=")).toContain("'' is too short\n\nFailed validating 'minLength' in schema");
  expect(await told(`project_id=p&user_id=${"u".repeat(256)}`)).toContain("Failed validating 'maxLength'");
});
