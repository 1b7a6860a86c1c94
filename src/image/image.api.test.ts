import { createHash } from "node:crypto";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { connect, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aQcow2Head } from "./domain/qcow2-head.fixture.ts";
import { callers, startImageCloud, type ImageCloud } from "./test-cloud.fixture.ts";

let cloud: ImageCloud;
beforeAll(async () => {
  cloud = await startImageCloud();
});
afterAll(() => cloud.stop());

const patchType = { "content-type": "application/openstack-images-v2.1-json-patch" };
const raw = { disk_format: "raw", container_format: "bare" };

async function created(token: string, attributes: Record<string, unknown>): Promise<string> {
  const answer = await cloud.send(token, "POST", "/v2/images", { ...raw, ...attributes });
  expect(answer.body).toMatchObject({ status: "queued" });
  return answer.body.id as string;
}

function patch(token: string, id: string, changes: unknown, headers: Record<string, string> = patchType) {
  return cloud.send(token, "PATCH", `/v2/images/${id}`, changes, headers);
}

test("versions need no token: 300 at the root, 200 at /versions", async () => {
  for (const path of ["", "/"]) {
    const answer = await cloud.app.inject({ method: "GET", url: `/image${path}` });
    expect(answer.statusCode).toBe(300);
    expect(answer.json().versions[0]).toMatchObject({ id: "v2.7", status: "CURRENT" });
    expect(answer.json().versions[0].links[0].href).toMatch(/\/image\/v2\/$/);
  }
  expect((await cloud.app.inject({ method: "GET", url: "/image/versions" })).statusCode).toBe(200);
});

test("schemas", async () => {
  const one = await cloud.send("alice", "GET", "/v2/schemas/image");
  expect(one.body).toMatchObject({ name: "image", additionalProperties: { type: "string" } });
  expect(one.body.properties.name.type).toEqual(["null", "string"]);
  const all = await cloud.send("alice", "GET", "/v2/schemas/images");
  expect(all.body.properties.images.items.name).toBe("image");
  for (const name of ["image", "images", "member", "members", "task", "tasks"]) {
    const served = await cloud.send("alice", "GET", `/v2/schemas/${name}`);
    expect([served.status, served.body.name]).toEqual([200, name]);
  }
});

test("there are no tasks, and no usage that Glance would tell", async () => {
  const all = await cloud.send("admin", "GET", "/v2/tasks?limit=2&marker=x");
  expect(all.body).toEqual({ tasks: [], first: "/v2/tasks?limit=2", schema: "/v2/schemas/tasks" });
  expect((await cloud.send("alice", "GET", "/v2/tasks")).status).toBe(403);
  const id = await created("alice", {});
  expect((await cloud.send("alice", "GET", `/v2/images/${id}/tasks`)).body).toEqual({ tasks: [] });
  expect((await cloud.send("bob", "GET", `/v2/images/${id}/tasks`)).status).toBe(404);
  expect((await cloud.send("alice", "GET", "/v2/info/usage")).body).toEqual({ usage: {} });
});

test("create, upload, show, download, delete", async () => {
  const attributes = { name: "guest", min_ram: 64, tags: ["b", "a", "b"], hw_tpm_version: "2.0", ...raw };
  const made = await cloud.send("alice", "POST", "/v2/images", attributes);
  expect(made.status).toBe(201);
  const id = made.body.id as string;
  expect(made.headers["location"]).toMatch(new RegExp(`/image/v2/images/${id}$`));
  expect(made.body).toEqual({
    ...raw,
    id,
    name: "guest",
    hw_tpm_version: "2.0",
    visibility: "shared",
    status: "queued",
    size: null,
    virtual_size: null,
    checksum: null,
    os_hash_algo: null,
    os_hash_value: null,
    protected: false,
    os_hidden: false,
    min_ram: 64,
    min_disk: 0,
    owner: "p1",
    tags: ["b", "a"],
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    updated_at: made.body.created_at,
    self: `/v2/images/${id}`,
    file: `/v2/images/${id}/file`,
    schema: "/v2/schemas/image",
  });
  expect((await cloud.send("alice", "GET", `/v2/images/${id}/file`)).status).toBe(204);

  const data = Buffer.alloc(300_000, "sealstone");
  const [md5, sha512] = ["md5", "sha512"].map((name) => createHash(name).update(data).digest("hex"));
  expect((await cloud.send("alice", "PUT", `/v2/images/${id}/file`, data)).status).toBe(204);
  const shown = await cloud.send("alice", "GET", `/v2/images/${id}`);
  expect(shown.body).toMatchObject({
    status: "active",
    size: data.length,
    virtual_size: data.length,
    checksum: md5,
    os_hash_algo: "sha512",
    os_hash_value: sha512,
  });
  const again = await cloud.send("alice", "PUT", `/v2/images/${id}/file`, data);
  expect([again.status, again.body]).toEqual([
    409,
    {
      code: "409 Conflict",
      title: "Conflict",
      message: "Image status transition from active to saving is not allowed",
    },
  ]);

  const loaded = await cloud.send("alice", "GET", `/v2/images/${id}/file`);
  expect(loaded.status).toBe(200);
  expect(loaded.headers).toMatchObject({
    "content-type": "application/octet-stream",
    "content-md5": md5,
    "content-length": String(data.length),
  });
  expect(loaded.bytes.equals(data)).toBe(true);

  const [file = ""] = await cloud.files();
  expect((await stat(join(cloud.imagesFolder, file))).mode & 0o777).toBe(0o600);
  expect((await cloud.send("alice", "DELETE", `/v2/images/${id}`)).status).toBe(204);
  expect((await cloud.send("alice", "GET", `/v2/images/${id}`)).status).toBe(404);
  expect(await cloud.files()).toEqual([]);
});

test.each([
  [{ status: "active" }, 403, "Attribute 'status' is read-only."],
  [{ self: "x" }, 403, "Attribute 'self' is read-only."],
  [{ deleted: "x" }, 403, "Attribute 'deleted' is reserved."],
  [{ min_ram: "64" }, 400, "min_ram"],
  [{ disk_format: "floppy" }, 400, "disk_format"],
  [{ id: "not-a-uuid" }, 400, "id"],
  [{ hw_tpm_version: 2 }, 400, "hw_tpm_version"],
  [{ visibility: "public" }, 403, "You are not authorized to complete publicize_image action."],
  [{ owner: "p2" }, 403, "You are not authorized to complete add_image action."],
])("POST %j is %i", async (body, status, message) => {
  const answer = await cloud.send("alice", "POST", "/v2/images", body);
  expect([answer.status, answer.body.message]).toEqual([status, expect.stringContaining(message)]);
});

test("a chosen id is taken once", async () => {
  const id = "0f3e8a56-1111-4222-8333-444455556666";
  expect(await created("alice", { id })).toBe(id);
  const second = await cloud.send("alice", "POST", "/v2/images", { id });
  expect([second.status, second.body.message]).toEqual([409, `Image ID ${id} already exists!`]);
});

test("who sees what, and who may change it", async () => {
  const mine = await created("alice", { name: "who-private", visibility: "private" });
  const open = await created("admin", { name: "who-public", visibility: "public" });
  const community = await created("alice", { name: "who-community", visibility: "community" });
  const seen = async (token: string, query = "") => {
    const answer = await cloud.send(token, "GET", `/v2/images?limit=100${query}`);
    const names = (answer.body.images as { name: string | null }[]).map(({ name }) => name ?? "");
    return names.filter((name) => name.startsWith("who-")).sort();
  };
  expect(await seen("alice")).toEqual(["who-community", "who-private", "who-public"]);
  expect(await seen("bob")).toEqual(["who-public"]);
  expect(await seen("bob", "&visibility=all")).toEqual(["who-community", "who-public"]);
  expect(await seen("bob", "&visibility=community")).toEqual(["who-community"]);
  expect(await seen("admin")).toEqual(["who-private", "who-public"]);

  for (const id of [mine, open, community]) {
    expect((await cloud.send("reader", "GET", `/v2/images/${id}`)).status).toBe(200);
    expect((await cloud.send("reader", "DELETE", `/v2/images/${id}`)).status).toBe(403);
  }
  const hidden = await cloud.send("bob", "GET", `/v2/images/${mine}`);
  expect([hidden.status, hidden.body.message]).toEqual([404, `No image found with ID ${mine}`]);
  expect((await cloud.send("bob", "DELETE", `/v2/images/${mine}`)).status).toBe(404);
  expect((await cloud.send("bob", "PUT", `/v2/images/${mine}/file`, "x")).status).toBe(404);
  expect((await cloud.send("bob", "GET", `/v2/images/${mine}/file`)).status).toBe(404);
  const denied = await cloud.send("bob", "PUT", `/v2/images/${open}/file`, "x");
  expect([denied.status, denied.body.message]).toEqual([
    403,
    "You are not authorized to complete upload_image action.",
  ]);
  expect((await patch("bob", open, [{ op: "replace", path: "/name", value: "x" }])).status).toBe(403);
  expect((await patch("bob", community, [])).status).toBe(403);

  const { admin, alice, bob } = callers;
  if (!admin || !alice || !bob) throw new Error("no callers");
  expect(await cloud.image.imageFetch(alice, mine)).toMatchObject({ id: mine, owner: "p1", properties: {} });
  expect(await cloud.image.imageFetch(bob, open)).toMatchObject({ visibility: "public" });
  expect(await cloud.image.imageFetch(admin, mine)).toMatchObject({ id: mine });
  await expect(cloud.image.imageFetch(bob, mine)).rejects.toThrow(`No image found with ID ${mine}`);
});

test("filters, order and pages", async () => {
  for (const [name, os] of [
    ["page-b", "x"],
    ["page-a", "x"],
    ["page-c", "y"],
    ["page-c", "x"],
  ]) {
    await created("alice", { name, os_distro: os, tags: ["page", `os-${os}`] });
  }
  const names = async (path: string) => {
    const answer = await cloud.send("alice", "GET", path);
    expect(answer.status).toBe(200);
    return { names: (answer.body.images as { name: string }[]).map(({ name }) => name), ...answer.body };
  };
  expect((await names("/v2/images?tag=page&sort=name:asc")).names).toEqual([
    "page-a",
    "page-b",
    "page-c",
    "page-c",
  ]);
  expect((await names("/v2/images?tag=page&tag=os-y")).names).toEqual(["page-c"]);
  expect((await names("/v2/images?tag=page&os_distro=x&sort=name:desc")).names).toEqual([
    "page-c",
    "page-b",
    "page-a",
  ]);
  expect((await names("/v2/images?name=in:page-a,page-b&sort_key=name&sort_dir=desc")).names).toEqual([
    "page-b",
    "page-a",
  ]);
  expect((await names("/v2/images?tag=page&os_hidden=true")).names).toEqual([]);
  expect((await names("/v2/images?tag=page&created_at=gt:2999-01-01T00:00:00Z")).names).toEqual([]);
  expect((await names("/v2/images?tag=page&status=active")).names).toEqual([]);
  const empty = await names("/v2/images?tag=page&limit=0");
  expect([empty.names, empty.next]).toEqual([[], undefined]);

  const pages: string[][] = [];
  let next: string | undefined = "/v2/images?tag=page&sort=name%3Aasc&limit=1";
  while (next !== undefined) {
    const page = await names(next);
    expect(page).toMatchObject({
      schema: "/v2/schemas/images",
      first: "/v2/images?tag=page&sort=name%3Aasc&limit=1",
    });
    pages.push(page.names);
    next = page.next as string | undefined;
  }
  expect(pages).toEqual([["page-a"], ["page-b"], ["page-c"], ["page-c"], []]);
  expect((await cloud.send("alice", "GET", "/v2/images?marker=nonsense")).status).toBe(400);

  const keys = "name status container_format disk_format size id created_at updated_at".split(" ");
  for (const order of keys.flatMap((key) => [`${key}:asc`, `${key}:desc`])) {
    const path = `/v2/images?tag=page&limit=3&sort=${order}`;
    const first = await names(path);
    const second = await names(`${path}&marker=${first.images[2]?.id}`);
    const all: string[] = [...first.names, ...second.names];
    expect([order, all.toSorted()]).toEqual([order, ["page-a", "page-b", "page-c", "page-c"]]);
  }
});

test("PATCH in both drafts, all or nothing", async () => {
  const id = await created("alice", { name: "old", os_distro: "debian" });
  const changes = [
    { op: "replace", path: "/name", value: "new" },
    { op: "add", path: "/hw_tpm_version", value: "2.0" },
    { op: "remove", path: "/os_distro" },
    { op: "replace", path: "/tags", value: ["t"] },
    { op: "add", path: "/min_disk", value: 3 },
  ];
  const changed = await patch("alice", id, changes);
  expect(changed.status).toBe(200);
  expect(changed.body).toMatchObject({ name: "new", hw_tpm_version: "2.0", tags: ["t"], min_disk: 3 });
  expect(changed.body).not.toHaveProperty("os_distro");
  const older = { "content-type": "application/openstack-images-v2.0-json-patch" };
  expect((await patch("alice", id, [{ add: "/hw_tpm_version", value: "1.2" }], older)).status).toBe(409);
  expect(
    (await patch("alice", id, [{ replace: "/hw_tpm_version", value: "1.2" }], older)).body.hw_tpm_version,
  ).toBe("1.2");
  for (const [change, status, message] of [
    [{ op: "remove", path: "/nothing" }, 409, "Property nothing does not exist."],
    [{ op: "replace", path: "/nothing", value: "x" }, 409, "Property nothing does not exist."],
    [{ op: "remove", path: "/name" }, 403, "Property name may not be removed."],
    [{ op: "replace", path: "/status", value: "active" }, 403, "Attribute 'status' is read-only."],
    [{ op: "replace", path: "/visibility", value: "public" }, 403, "publicize_image"],
    [{ op: "replace", path: "/owner", value: "p2" }, 403, "Owner can't be updated by non admin."],
  ] as const) {
    const refused = await patch("alice", id, [{ op: "replace", path: "/name", value: "lost" }, change]);
    expect([refused.status, refused.body.message]).toEqual([status, expect.stringContaining(message)]);
  }
  expect((await patch("alice", id, [], { "content-type": "application/json" })).status).toBe(415);
  expect((await cloud.send("alice", "GET", `/v2/images/${id}`)).body.name).toBe("new");
  await cloud.send("alice", "PUT", `/v2/images/${id}/file`, "x");
  expect((await patch("alice", id, [{ op: "replace", path: "/disk_format", value: "qcow2" }])).status).toBe(
    403,
  );
  const moved = await patch("admin", id, [{ op: "replace", path: "/owner", value: "p2" }]);
  expect(moved.body.owner).toBe("p2");
});

test("protected images stay, tags come and go, a deactivated image is not downloaded", async () => {
  const id = await created("alice", { protected: true });
  const refused = await cloud.send("alice", "DELETE", `/v2/images/${id}`);
  expect([refused.status, refused.body.message]).toEqual([
    403,
    `Image ${id} is protected and cannot be deleted.`,
  ]);
  expect((await cloud.send("alice", "PUT", `/v2/images/${id}/tags/blue`)).status).toBe(204);
  expect((await cloud.send("alice", "GET", `/v2/images/${id}`)).body.tags).toEqual(["blue"]);
  expect((await cloud.send("alice", "DELETE", `/v2/images/${id}/tags/blue`)).status).toBe(204);
  expect((await cloud.send("alice", "DELETE", `/v2/images/${id}/tags/blue`)).status).toBe(404);
  expect((await cloud.send("alice", "POST", `/v2/images/${id}/actions/deactivate`)).status).toBe(403);
  await cloud.send("alice", "PUT", `/v2/images/${id}/file`, "x");
  expect((await cloud.send("alice", "POST", `/v2/images/${id}/actions/deactivate`)).status).toBe(204);
  expect((await cloud.send("alice", "GET", `/v2/images/${id}/file`)).status).toBe(403);
  expect((await cloud.send("alice", "POST", `/v2/images/${id}/actions/reactivate`)).status).toBe(204);
  expect((await cloud.send("alice", "GET", `/v2/images/${id}/file`)).bytes.toString()).toBe("x");
});

test("data that does not fit its claim is refused, and the image can be uploaded again", async () => {
  const id = await created("alice", { disk_format: "qcow2" });
  const before = await cloud.files();
  const evil = Buffer.concat([aQcow2Head({ backingFileOffset: 0x200n }), Buffer.alloc(500_000)]);
  for (const data of [Buffer.from("no qcow2"), evil, Buffer.alloc(200_000)]) {
    const answer = await cloud.send("alice", "PUT", `/v2/images/${id}/file`, data);
    expect([answer.status, answer.body.message]).toEqual([
      415,
      expect.stringContaining("disk_format is qcow2, but"),
    ]);
    expect((await cloud.send("alice", "GET", `/v2/images/${id}`)).body).toMatchObject({
      status: "queued",
      size: null,
    });
  }
  expect(await cloud.files()).toEqual(before);
  expect((await cloud.send("alice", "PUT", `/v2/images/${id}/file`, aQcow2Head({}))).status).toBe(204);
  expect((await cloud.send("alice", "GET", `/v2/images/${id}`)).body.virtual_size).toBe(1024 * 1024);

  const bare = await cloud.send("alice", "POST", "/v2/images", { name: "no formats" });
  const early = await cloud.send("alice", "PUT", `/v2/images/${bare.body.id}/file`, "x");
  expect([early.status, early.body.message]).toEqual([
    400,
    "Properties disk_format, container_format must be set prior to saving data.",
  ]);
  const typed = await cloud.send("alice", "PUT", `/v2/images/${bare.body.id}/file`, { a: 1 });
  expect(typed.status).toBe(415);
});

test("over a socket: one upload at a time, a client that goes away leaves nothing, deletion meanwhile wins", async () => {
  await cloud.app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = cloud.app.server.address() as AddressInfo;
  const before = await cloud.files();
  const beginUpload = async (id: string) => {
    const socket = connect(port, "127.0.0.1");
    socket.write(
      `PUT /image/v2/images/${id}/file HTTP/1.1\r\nhost: x\r\nx-auth-token: alice\r\n` +
        `content-type: application/octet-stream\r\ncontent-length: 20\r\n\r\n0123456789`,
    );
    await expect.poll(async () => (await cloud.files()).length, { interval: 5 }).toBe(before.length + 1);
    return socket;
  };
  const id = await created("alice", {});
  const leaving = await beginUpload(id);
  expect((await cloud.send("alice", "GET", `/v2/images/${id}`)).body.status).toBe("saving");
  expect((await cloud.send("alice", "PUT", `/v2/images/${id}/file`, "x")).status).toBe(409);
  leaving.destroy();
  await expect
    .poll(async () => (await cloud.send("alice", "GET", `/v2/images/${id}`)).body.status, { interval: 5 })
    .toBe("queued");
  expect(await cloud.files()).toEqual(before);

  const staying = await beginUpload(id);
  expect((await cloud.send("alice", "DELETE", `/v2/images/${id}`)).status).toBe(204);
  staying.write("0123456789");
  const [answer] = (await once(staying, "data")) as [Buffer];
  expect(answer.toString()).toContain("404 Not Found");
  expect(answer.toString()).toContain("could not be found after upload");
  expect(await cloud.files()).toEqual(before);
  staying.destroy();
});
