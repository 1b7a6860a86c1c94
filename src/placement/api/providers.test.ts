import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "#base/ids.ts";
import { nowMs, startPlacement, type TestPlacement } from "../testing/start.ts";

let cloud: TestPlacement;
beforeAll(async () => {
  cloud = await startPlacement();
});
afterAll(() => cloud.close());

async function provider(name: string, parent?: string): Promise<string> {
  const body = { name, ...(parent === undefined ? {} : { parent_provider_uuid: parent }) };
  return (await cloud.send("POST", "/resource_providers", { body })).body.uuid;
}

test("the versions document needs no token", async () => {
  const answer = await cloud.send("GET", "/", { token: "", at: "1.0" });
  expect(answer.body.versions[0]).toMatchObject({ id: "v1.0", max_version: "1.39", min_version: "1.0" });
  expect(answer.headers["openstack-api-version"]).toBe("placement 1.0");
});

test("roles: an administrator and a service may, a member may not", async () => {
  expect((await cloud.send("GET", "/resource_providers", { token: "service" })).status).toBe(200);
  const refused = await cloud.send("GET", "/resource_providers", { token: "member" });
  expect(refused.status).toBe(403);
  expect(refused.body.errors[0].detail).toBe(
    "Policy does not allow placement:resource_providers:list to be performed.",
  );
  expect((await cloud.send("GET", "/resource_providers", { token: "" })).status).toBe(401);
});

test("create, by microversion", async () => {
  const uuid = newUuid();
  const created = await cloud.send("POST", "/resource_providers", {
    at: "1.19",
    body: { name: "one", uuid },
  });
  expect([created.status, created.body]).toEqual([201, undefined]);
  expect(created.headers["location"]).toBe(`http://localhost:80/placement/resource_providers/${uuid}`);
  const shown = await cloud.send("POST", "/resource_providers", { at: "1.20", body: { name: "two" } });
  expect(shown.status).toBe(200);
  expect(shown.body).toMatchObject({ name: "two", generation: 0, parent_provider_uuid: null });
  expect(shown.body.root_provider_uuid).toBe(shown.body.uuid);
  expect(shown.headers["last-modified"]).toBe(new Date(nowMs).toUTCString());
  expect(shown.headers["cache-control"]).toBe("no-cache");
  const parent = { name: "three", parent_provider_uuid: uuid };
  expect((await cloud.send("POST", "/resource_providers", { at: "1.13", body: parent })).status).toBe(400);
});

test("a duplicate name is 409 with its code, which older clients do not get", async () => {
  await provider("twice");
  const again = await cloud.send("POST", "/resource_providers", { body: { name: "twice" } });
  expect(again.status).toBe(409);
  expect(again.body.errors[0]).toMatchObject({
    code: "placement.duplicate_name",
    detail: "Conflicting resource provider name: twice already exists.",
    title: "Conflict",
  });
  const old = await cloud.send("POST", "/resource_providers", { at: "1.22", body: { name: "twice" } });
  expect(old.body.errors[0].code).toBeUndefined();
});

test("show: links and fields grow with the microversion", async () => {
  const uuid = await provider("shown");
  const rels = async (at: string) =>
    (await cloud.send("GET", `/resource_providers/${uuid}`, { at })).body.links.map(
      (link: { rel: string }) => link.rel,
    );
  expect(await rels("1.0")).toEqual(["self", "inventories", "usages"]);
  expect(await rels("1.11")).toEqual([
    "self",
    "inventories",
    "usages",
    "aggregates",
    "traits",
    "allocations",
  ]);
  const { body, headers } = await cloud.send("GET", `/resource_providers/${uuid}`, { at: "1.13" });
  expect(Object.keys(body)).toEqual(["uuid", "name", "generation", "links"]);
  expect(body.links[1].href).toBe(`/placement/resource_providers/${uuid}/inventories`);
  expect(headers["last-modified"]).toBeUndefined();
  const missing = await cloud.send("GET", `/resource_providers/${newUuid()}`);
  expect([missing.status, missing.body.errors[0].detail]).toEqual([
    404,
    expect.stringMatching(/^No resource provider with uuid .* found$/),
  ]);
});

test("trees: parents, moves, loops, deletion from the leaves", async () => {
  const root = await provider("root");
  const child = await provider("child", root);
  const grandchild = await provider("grandchild", child);
  const other = await provider("other-root");
  const move = (uuid: string, name: string, parent: string | null, at = "1.39") =>
    cloud.send("PUT", `/resource_providers/${uuid}`, { at, body: { name, parent_provider_uuid: parent } });
  expect((await move(child, "child", other, "1.36")).body.errors[0].detail).toContain("re-parenting");
  expect((await move(child, "child", null, "1.36")).body.errors[0].detail).toContain("un-parenting");
  expect((await move(root, "root", grandchild)).body.errors[0].detail).toContain("creating loop");
  expect((await move(child, "child", newUuid())).body.errors[0].detail).toContain("does not exist");
  expect((await move(child, "child", other)).body.root_provider_uuid).toBe(other);
  const tree = await cloud.send("GET", `/resource_providers?in_tree=${grandchild}`);
  expect(tree.body.resource_providers.map((each: { name: string }) => each.name)).toEqual([
    "child",
    "grandchild",
    "other-root",
  ]);
  const busy = await cloud.send("DELETE", `/resource_providers/${child}`);
  expect([busy.status, busy.body.errors[0].code]).toEqual([
    409,
    "placement.resource_provider.cannot_delete_parent",
  ]);
  expect((await cloud.send("DELETE", `/resource_providers/${grandchild}`)).status).toBe(204);
  expect((await cloud.send("DELETE", `/resource_providers/${child}`)).status).toBe(204);
  expect((await cloud.send("DELETE", `/resource_providers/${child}`)).status).toBe(404);
});

test("filters, each since its microversion", async () => {
  const [a, b] = [await provider("filter-a"), await provider("filter-b")];
  const [aggregate, generation] = [newUuid(), 0];
  await cloud.send("PUT", `/resource_providers/${a}/aggregates`, {
    body: { aggregates: [aggregate], resource_provider_generation: generation },
  });
  await cloud.send("PUT", `/resource_providers/${a}/inventories`, {
    body: { resource_provider_generation: 1, inventories: { CUSTOM_X: { total: 1 } } },
  });
  await cloud.send("PUT", `/resource_providers/${a}/inventories`, {
    body: { resource_provider_generation: 1, inventories: { PGPU: { total: 4, max_unit: 2 } } },
  });
  await cloud.send("PUT", `/resource_providers/${b}/traits`, {
    body: { resource_provider_generation: 0, traits: ["HW_CPU_X86_SSE"] },
  });
  const names = async (query: string, at = "1.39") => {
    const { status, body } = await cloud.send("GET", `/resource_providers?${query}`, { at });
    return status === 200 ? body.resource_providers.map((each: { name: string }) => each.name) : status;
  };
  expect(await names("name=filter-a", "1.0")).toEqual(["filter-a"]);
  expect(await names(`uuid=${b}`)).toEqual(["filter-b"]);
  expect(await names("uuid=nonsense")).toBe(400);
  expect(await names(`member_of=${aggregate}`, "1.2")).toBe(400);
  expect(await names(`member_of=${aggregate}`, "1.3")).toEqual(["filter-a"]);
  expect(await names(`member_of=!${aggregate}&name=filter-b`)).toEqual(["filter-b"]);
  expect(await names("resources=PGPU:2")).toEqual(["filter-a"]);
  expect(await names("resources=PGPU:3")).toEqual([]);
  expect(await names("resources=NOTHING:3")).toBe(400);
  expect(await names("required=HW_CPU_X86_SSE")).toEqual(["filter-b"]);
  expect(await names("required=in:HW_CPU_X86_SSE,HW_CPU_X86_AVX")).toEqual(["filter-b"]);
  expect(await names("required=!HW_CPU_X86_SSE&name=filter-b")).toEqual([]);
  expect(await names("required=CUSTOM_NONE")).toBe(400);
  expect(await names("nonsense=1")).toBe(400);
});

test("aggregates: a list before 1.19, with a generation since", async () => {
  const uuid = await provider("aggregated");
  const path = `/resource_providers/${uuid}/aggregates`;
  const aggregates = [newUuid()];
  expect((await cloud.send("GET", path, { at: "1.0" })).status).toBe(404);
  expect((await cloud.send("PUT", path, { at: "1.18", body: aggregates })).body).toEqual({ aggregates });
  const stale = { aggregates: [], resource_provider_generation: 7 };
  const refused = await cloud.send("PUT", path, { body: stale });
  expect([refused.status, refused.body.errors[0].code]).toEqual([409, "placement.concurrent_update"]);
  const fresh = await cloud.send("PUT", path, { body: { ...stale, resource_provider_generation: 0 } });
  expect(fresh.body).toEqual({ aggregates: [], resource_provider_generation: 1 });
});

test("aggregates are kept, answered and searched for as they were written", async () => {
  const path = `/resource_providers/${await provider("undashed")}/aggregates`;
  const aggregates = [newUuid().replaceAll("-", ""), newUuid().toUpperCase()];
  expect((await cloud.send("PUT", path, { at: "1.18", body: aggregates })).body).toEqual({ aggregates });
  const { body } = await cloud.send("GET", path, { at: "1.18" });
  expect(body.aggregates.toSorted()).toEqual(aggregates.toSorted());
  for (const aggregate of aggregates) {
    const found = await cloud.send("GET", `/resource_providers?member_of=${aggregate}`, { at: "1.39" });
    expect(found.body.resource_providers).toMatchObject([{ name: "undashed" }]);
  }
});
