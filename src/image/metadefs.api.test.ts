import { afterAll, beforeAll, expect, test } from "vitest";
import { startImageCloud, type ImageCloud } from "./test-cloud.fixture.ts";

let cloud: ImageCloud;
beforeAll(async () => {
  cloud = await startImageCloud();
});
afterAll(() => cloud.stop());

const root = "/v2/metadefs/namespaces";
const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
const disk = { title: "Disk bus", type: "string", enum: ["virtio", "scsi"] };

function send(
  token: string,
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) {
  return cloud.send(token, method, `/v2/metadefs${path}`, body, headers);
}

async function made(namespace: string, more: Record<string, unknown> = {}): Promise<string> {
  const answer = await send("admin", "POST", "/namespaces", { namespace, visibility: "public", ...more });
  expect([namespace, answer.status]).toEqual([namespace, 201]);
  return `/namespaces/${namespace}`;
}

test("a new cloud knows resource types and what it honours of flavors and images", async () => {
  const types = await send("reader", "GET", "/resource_types");
  expect(types.body.resource_types).toContainEqual({
    name: "OS::Nova::Flavor",
    created_at: time,
    updated_at: time,
  });
  const tpm = await send("bob", "GET", "/namespaces/OS::Compute::TPM?resource_type=OS::Nova::Flavor");
  expect(tpm.body).toMatchObject({ visibility: "public", protected: true });
  expect(tpm.body.properties["hw:tpm_version"].enum).toEqual(["1.2", "2.0"]);
  const image = "/namespaces/OS::Compute::TPM/properties/hw_tpm_model?resource_type=OS::Glance::Image";
  expect((await send("bob", "GET", image)).body).toMatchObject({ name: "tpm_model", default: "tpm-tis" });
  const listed = await send("bob", "GET", "/namespaces?resource_types=OS::Nova::Flavor&sort_key=namespace");
  expect(listed.body.namespaces.map(({ namespace }: { namespace: string }) => namespace)).toEqual([
    "OS::Compute::VTPM",
    "OS::Compute::TPM",
  ]);
});

test("a namespace comes with all that is in it, is replaced, protected and deleted", async () => {
  const body = {
    namespace: "Life::One",
    display_name: "One",
    description: "of tests",
    visibility: "private",
    protected: true,
    resource_type_associations: [{ name: "OS::Test::Thing", prefix: "t_" }],
    properties: { bus: disk },
    objects: [{ name: "Both", description: "of them", required: ["bus"], properties: { bus: disk } }],
    tags: [{ name: "b" }, { name: "a" }],
  };
  const created = await send("admin", "POST", "/namespaces", body);
  expect(created.status).toBe(201);
  expect(created.headers["location"]).toMatch(/\/image\/v2\/metadefs\/namespaces\/Life%3A%3AOne$/);
  const times = { created_at: time, updated_at: time };
  const object = { ...body.objects[0], ...times, schema: "/v2/schemas/metadefs/object" };
  expect(created.body).toEqual({
    ...body,
    ...times,
    owner: "admin-project",
    self: `${root}/Life::One`,
    schema: "/v2/schemas/metadefs/namespace",
    resource_type_associations: [{ ...body.resource_type_associations[0], ...times }],
    objects: [{ ...object, self: `${root}/Life::One/objects/Both` }],
    tags: [{ name: "a" }, { name: "b" }],
  });
  expect((await send("admin", "GET", "/namespaces/Life::One")).body).toEqual(created.body);
  const prefixed = await send("admin", "GET", "/namespaces/Life::One?resource_type=OS::Test::Thing");
  expect(prefixed.body).toMatchObject({
    properties: { t_bus: disk },
    objects: [{ required: ["t_bus"], properties: { t_bus: disk } }],
  });
  const types = (await send("admin", "GET", "/resource_types")).body.resource_types;
  expect(types).toContainEqual({ name: "OS::Test::Thing", ...times });

  expect((await send("admin", "POST", "/namespaces", body)).status).toBe(409);
  expect((await send("admin", "DELETE", "/namespaces/Life::One")).body.message).toBe(
    "Metadata definition namespace Life::One is protected and cannot be deleted.",
  );
  for (const path of ["", "/objects", "/objects/Both", "/properties", "/properties/bus", "/tags", "/tags/a"])
    expect((await send("admin", "DELETE", `/namespaces/Life::One${path}`)).status).toBe(403);
  const association = "/namespaces/Life::One/resource_types/OS::Test::Thing";
  expect((await send("admin", "DELETE", association)).status).toBe(403);

  const taken = await send("admin", "PUT", "/namespaces/Life::One", { namespace: "OS::Compute::TPM" });
  expect(taken.status).toBe(409);
  const replaced = await send("admin", "PUT", "/namespaces/Life::One", { namespace: "Life::Two" });
  expect([replaced.status, replaced.body]).toEqual([
    200,
    {
      namespace: "Life::Two",
      visibility: "private",
      protected: false,
      owner: "admin-project",
      ...times,
      self: `${root}/Life::Two`,
      schema: "/v2/schemas/metadefs/namespace",
    },
  ]);
  expect((await send("admin", "GET", "/namespaces/Life::One")).status).toBe(404);
  expect((await send("admin", "GET", "/namespaces/Life::Two/properties")).body.properties).toEqual({
    bus: disk,
  });
  expect((await send("admin", "DELETE", "/namespaces/Life::Two")).status).toBe(204);
  expect((await send("admin", "GET", "/namespaces/Life::Two")).status).toBe(404);
});

test("who sees namespaces, and who changes them", async () => {
  await made("Who::Open");
  await made("Who::Closed", { visibility: "private" });
  await made("Who::Theirs", { visibility: "private", owner: "p1" });
  const seen = async (token: string, query = "") => {
    const { body } = await send(token, "GET", `/namespaces?sort_key=namespace&sort_dir=asc${query}`);
    const names = (body.namespaces as { namespace: string }[]).map(({ namespace }) => namespace);
    return names.filter((name) => name.startsWith("Who::"));
  };
  expect(await seen("admin")).toEqual(["Who::Closed", "Who::Open", "Who::Theirs"]);
  expect(await seen("alice")).toEqual(["Who::Open", "Who::Theirs"]);
  expect(await seen("bob")).toEqual(["Who::Open"]);
  expect(await seen("alice", "&visibility=private")).toEqual(["Who::Theirs"]);
  for (const [token, method, path, body, status] of [
    ["bob", "GET", "/namespaces/Who::Closed", undefined, 404],
    ["bob", "GET", "/namespaces/Who::Theirs/objects", undefined, 404],
    ["bob", "DELETE", "/namespaces/Who::Closed", undefined, 404],
    ["alice", "GET", "/namespaces/Who::Theirs", undefined, 200],
    ["alice", "PUT", "/namespaces/Who::Theirs", { namespace: "Who::Theirs" }, 403],
    ["alice", "DELETE", "/namespaces/Who::Open", undefined, 403],
    ["alice", "POST", "/namespaces", { namespace: "Who::New" }, 403],
    ["alice", "POST", "/namespaces/Who::Open/tags/t", undefined, 403],
    ["alice", "POST", "/namespaces/Who::Open/objects", { name: "o" }, 403],
    ["alice", "POST", "/namespaces/Who::Open/properties", { name: "p", title: "P", type: "string" }, 403],
    ["alice", "POST", "/namespaces/Who::Open/resource_types", { name: "OS::Nova::Flavor" }, 403],
  ] as const) {
    const answer = await send(token, method, path, body);
    expect([token, method, path, answer.status]).toEqual([token, method, path, status]);
  }
});

test("namespaces in pages", async () => {
  for (const name of ["Page::b", "Page::a", "Page::c"])
    await made(name, { display_name: "same", resource_type_associations: [{ name: "OS::Test::Page" }] });
  const names: string[] = [];
  let next: string | undefined =
    `${root}?resource_types=OS::Test::Page&sort_key=display_name&sort_dir=asc&limit=2`;
  const first = next.replaceAll("::", "%3A%3A");
  while (next !== undefined) {
    const { body } = await cloud.send("admin", "GET", next);
    expect(body).toMatchObject({ first, schema: "/v2/schemas/metadefs/namespaces" });
    names.push(...(body.namespaces as { namespace: string }[]).map(({ namespace }) => namespace));
    next = body.next as string | undefined;
  }
  expect(names.toSorted()).toEqual(["Page::a", "Page::b", "Page::c"]);
  for (const [query, status] of [
    ["limit=x", 400],
    ["limit=-1", 400],
    ["sort_dir=up", 400],
    ["sort_key=color", 400],
    ["visibility=shared", 400],
    ["marker=Page::nothing", 404],
  ] as const)
    expect([query, (await send("admin", "GET", `/namespaces?${query}`)).status]).toEqual([query, status]);
});

test("objects", async () => {
  const objects = `${await made("Objects")}/objects`;
  for (const name of ["a", "b", "c"])
    expect((await send("admin", "POST", objects, { name })).status).toBe(201);
  expect((await send("admin", "POST", objects, { name: "a" })).body.message).toBe(
    "A metadata definition object with name=a already exists in namespace=Objects.",
  );
  const names = async (query: string) => {
    const { body } = await send("bob", "GET", `${objects}?${query}`);
    expect(body.schema).toBe("/v2/schemas/metadefs/objects");
    return (body.objects as { name: string }[]).map(({ name }) => name);
  };
  expect(await names("sort_key=name&sort_dir=asc")).toEqual(["a", "b", "c"]);
  expect(await names("sort_key=name&limit=1&marker=c")).toEqual(["b"]);
  const changed = { name: "d", description: "new", required: ["bus"], properties: { bus: disk } };
  expect((await send("admin", "PUT", `${objects}/a`, { name: "b" })).status).toBe(409);
  expect((await send("admin", "PUT", `${objects}/a`, changed)).status).toBe(200);
  expect((await send("bob", "GET", `${objects}/d`)).body).toMatchObject(changed);
  expect((await send("bob", "GET", `${objects}/a`)).body.message).toBe(
    "The metadata definition object with name=a was not found in namespace=Objects.",
  );
  expect((await send("admin", "DELETE", `${objects}/d`)).status).toBe(204);
  expect((await send("admin", "DELETE", `${objects}/d`)).status).toBe(404);
  expect((await send("admin", "DELETE", objects)).status).toBe(204);
  expect(await names("")).toEqual([]);
});

test("properties", async () => {
  const properties = `${await made("Properties")}/properties`;
  const created = await send("admin", "POST", properties, { name: "bus", ...disk });
  expect([created.status, created.body]).toEqual([201, { name: "bus", ...disk }]);
  expect((await send("admin", "POST", properties, { name: "bus", ...disk })).status).toBe(409);
  const changed = { name: "disks", title: "Disks", type: "integer", minimum: 1, default: 2 };
  expect((await send("admin", "PUT", `${properties}/bus`, changed)).body).toEqual(changed);
  expect((await send("bob", "GET", `${properties}/disks`)).body).toEqual(changed);
  expect((await send("bob", "GET", properties)).body.properties["disks"].default).toBe(2);
  expect((await send("bob", "GET", `${properties}/disks?resource_type=OS::Nova::Flavor`)).status).toBe(404);
  expect((await send("admin", "DELETE", `${properties}/disks`)).status).toBe(204);
  expect((await send("bob", "GET", properties)).body).toEqual({ properties: {} });
});

test("tags", async () => {
  const tags = `${await made("Tags")}/tags`;
  const names = async (query = "sort_key=name&sort_dir=asc") =>
    ((await send("bob", "GET", `${tags}?${query}`)).body.tags as { name: string }[]).map(({ name }) => name);
  const body = { tags: [{ name: "a" }, { name: "b" }] };
  const set = await send("admin", "POST", tags, body);
  expect([set.status, set.body]).toEqual([201, body]);
  const append = { "x-openstack-append": "True" };
  expect((await send("admin", "POST", tags, { tags: [{ name: "c" }] }, append)).status).toBe(201);
  expect((await send("admin", "POST", tags, { tags: [{ name: "c" }] }, append)).status).toBe(409);
  expect((await send("admin", "POST", tags, { tags: [{ name: "x" }, { name: "x" }] })).status).toBe(409);
  expect(await names()).toEqual(["a", "b", "c"]);
  expect(await names("sort_key=name&sort_dir=asc&marker=a&limit=1")).toEqual(["b"]);
  const one = await send("admin", "POST", `${tags}/d`);
  expect([one.status, one.body]).toEqual([201, { name: "d", created_at: time, updated_at: time }]);
  expect((await send("admin", "PUT", `${tags}/d`, { name: "e" })).body.name).toBe("e");
  expect((await send("bob", "GET", `${tags}/e`)).body.name).toBe("e");
  expect((await send("admin", "DELETE", `${tags}/e`)).status).toBe(204);
  const many = Array.from({ length: 12_000 }, (_, at) => ({ name: `t${at}` }));
  expect((await send("admin", "POST", tags, { tags: many })).status).toBe(201);
  expect(await names("limit=5000")).toHaveLength(1000);
  expect((await send("admin", "POST", tags, { tags: [{ name: "z" }] })).status).toBe(201);
  expect(await names()).toEqual(["z"]);
  expect((await send("admin", "DELETE", tags)).status).toBe(204);
  expect(await names()).toEqual([]);
});

test("associations of resource types", async () => {
  const types = `${await made("Types")}/resource_types`;
  const body = { name: "OS::Cinder::Volume", prefix: "hw_", properties_target: "image" };
  const created = await send("admin", "POST", types, body);
  expect([created.status, created.body]).toEqual([201, { ...body, created_at: time, updated_at: time }]);
  expect((await send("admin", "POST", types, body)).status).toBe(409);
  expect((await send("bob", "GET", types)).body).toEqual({ resource_type_associations: [created.body] });
  expect((await send("admin", "DELETE", `${types}/OS::Cinder::Volume`)).status).toBe(204);
  expect((await send("admin", "DELETE", `${types}/OS::Cinder::Volume`)).body.message).toBe(
    "Failed to find resource type OS::Cinder::Volume to delete",
  );
});

test.each([
  ["/namespaces", {}, 400],
  ["/namespaces", { namespace: "x".repeat(81) }, 400],
  ["/namespaces", { namespace: "Bad", visibility: "shared" }, 400],
  ["/namespaces", { namespace: "Bad", color: "red" }, 400],
  ["/namespaces", { namespace: "Bad", properties: { p: { title: "P" } } }, 400],
  ["/namespaces", { namespace: "Bad", self: "x" }, 403],
  ["/namespaces", { namespace: "Bad", tags: [{ name: "t" }, { name: "t" }] }, 409],
  ["/namespaces", { namespace: "Bad", resource_type_associations: [{ name: "t" }, { name: "t" }] }, 409],
  ["/namespaces/OS::Compute::TPM/objects", { name: "o", properties: { p: { title: "P", type: "x" } } }, 400],
  ["/namespaces/OS::Compute::TPM/objects", { name: "o", created_at: "now" }, 403],
  ["/namespaces/OS::Compute::TPM/properties", { name: "p", title: "P", type: "string", pattern: "(" }, 400],
  ["/namespaces/OS::Compute::TPM/properties", { title: "P", type: "string" }, 400],
  ["/namespaces/OS::Compute::TPM/tags", { tags: [{ name: "t", color: "red" }] }, 400],
  [`/namespaces/OS::Compute::TPM/tags/${"t".repeat(81)}`, undefined, 400],
  ["/namespaces/OS::Compute::TPM/resource_types", { prefix: "x" }, 400],
  ["/namespaces/nothing/tags/t", undefined, 404],
])("POST %s %j is %i and makes nothing", async (path, body, status) => {
  expect((await send("admin", "POST", path, body)).status).toBe(status);
  expect((await send("admin", "GET", "/namespaces/Bad")).status).toBe(404);
});

test("schemas of definitions", async () => {
  for (const [path, name] of [
    ["namespace", "namespace"],
    ["namespaces", "namespaces"],
    ["resource_type", "resource_type_association"],
    ["resource_types", "resource_type_associations"],
    ["object", "object"],
    ["objects", "objects"],
    ["property", "property"],
    ["properties", "properties"],
    ["tag", "tag"],
    ["tags", "tags"],
  ]) {
    const served = await cloud.send("reader", "GET", `/v2/schemas/metadefs/${path}`);
    expect([path, served.status, served.body.name]).toEqual([path, 200, name]);
  }
});
