import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake, type Answer, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let path: string;
let foreign: string;
const { create, made, settled, remove } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  const id = await made(cloud.demo, await imageMake(cloud.demo), { metadata: { a: "1" }, tags: ["red"] });
  path = `/compute/v2.1/servers/${id}`;
  foreign = `/compute/v2.1/servers/${await made(cloud.admin, await imageMake(cloud.admin))}`;
});
afterAll(() => cloud.stop());

const send = (method: string, rest: string, body?: unknown, client: Client = cloud.demo): Promise<Answer> =>
  client.send(method, `${path}/${rest}`, body, "2.96");

test("metadata is read, added to, replaced, changed and deleted", async () => {
  expect((await send("GET", "metadata")).body).toEqual({ metadata: { a: "1" } });
  expect((await send("POST", "metadata", { metadata: { b: "2" } })).body).toEqual({
    metadata: { a: "1", b: "2" },
  });
  expect((await send("PUT", "metadata/b", { meta: { b: "3" } })).body).toEqual({ meta: { b: "3" } });
  expect((await send("GET", "metadata/b")).body).toEqual({ meta: { b: "3" } });
  expect((await send("DELETE", "metadata/a")).status).toBe(204);
  expect((await cloud.demo.send("GET", path)).body.server.metadata).toEqual({ b: "3" });
  expect((await send("PUT", "metadata", { metadata: { c: "4" } })).body).toEqual({ metadata: { c: "4" } });
});

test.each([
  ["GET", "metadata/none", undefined, 404],
  ["GET", "metadata/toString", undefined, 404],
  ["DELETE", "metadata/none", undefined, 404],
  ["PUT", "metadata/b", { meta: { x: "1" } }, 400],
  ["PUT", "metadata/b", { meta: { b: "1", x: "1" } }, 400],
  ["PUT", "metadata/b", { meta: {} }, 400],
  ["PUT", "metadata", { metadata: { b: 1 } }, 400],
  ["PUT", "metadata", { metadata: { ä: "1" } }, 400],
  ["PUT", "metadata", { metadata: { b: "x".repeat(256) } }, 400],
  ["POST", "metadata", { metadata: { b: "1" }, other: 1 }, 400],
  [
    "POST",
    "metadata",
    { metadata: Object.fromEntries(Array.from({ length: 129 }, (_, n) => [`k${n}`, ""])) },
    403,
  ],
  ["GET", "tags/none", undefined, 404],
  ["DELETE", "tags/none", undefined, 404],
  ["PUT", "tags/a,b", undefined, 400],
  ["PUT", `tags/${"x".repeat(61)}`, undefined, 400],
  ["PUT", "tags", { tags: ["a/b"] }, 400],
  ["PUT", "tags", { tags: Array.from({ length: 51 }, (_, n) => `t${n}`) }, 400],
])("%s %s with %j changes nothing: %i", async (method, rest, body, status) => {
  const before = (await cloud.demo.send("GET", path, undefined, "2.96")).body;
  expect((await send(method, rest, body)).status).toBe(status);
  expect((await cloud.demo.send("GET", path, undefined, "2.96")).body).toEqual(before);
});

test("tags are read, added, replaced and deleted", async () => {
  expect((await send("GET", "tags")).body).toEqual({ tags: ["red"] });
  const added = await send("PUT", "tags/blue");
  expect(added.status).toBe(201);
  expect(added.headers.get("location")).toBe(`${cloud.url}${path}/tags/blue`);
  expect((await send("PUT", "tags/blue")).status).toBe(204);
  expect((await send("GET", "tags/blue")).status).toBe(204);
  expect((await send("DELETE", "tags/red")).status).toBe(204);
  expect((await send("GET", "tags")).body).toEqual({ tags: ["blue"] });
  expect((await send("PUT", "tags", { tags: ["x", "y", "x"] })).body).toEqual({ tags: ["x", "y"] });
  expect((await send("DELETE", "tags")).status).toBe(204);
  expect((await send("GET", "tags")).body).toEqual({ tags: [] });
  expect((await cloud.demo.send("GET", `${path}/tags`, undefined, "2.25")).status).toBe(404);
});

test("as in Nova both are changed in four states alone", async () => {
  const act = async (body: object): Promise<Record<string, unknown>> => {
    expect((await send("POST", "action", body)).status).toBeLessThan(300);
    return settled(path.split("/").at(-1) ?? "");
  };
  const changes = [
    ["PUT", "metadata/k", { meta: { k: "1" } }, "update metadata"],
    ["DELETE", "metadata/k", undefined, "delete metadata"],
    ["PUT", "tags/t", undefined, "update tag"],
    ["PUT", "tags", { tags: ["t"] }, "update tags"],
    ["DELETE", "tags/t", undefined, "delete tag"],
    ["DELETE", "tags", undefined, "delete tags"],
  ] as const;
  for (const [there, back, permitted] of [
    [{ pause: null }, { unpause: null }, true],
    [{ suspend: null }, { resume: null }, true],
    [{ "os-stop": null }, { "os-start": null }, true],
    [{ rescue: null }, { unrescue: null }, false],
    [{ shelve: null }, { unshelve: null }, false],
  ] as const) {
    const state = String((await act(there))["OS-EXT-STS:vm_state"]);
    for (const [method, rest, body, what] of changes) {
      const answer = await send(method, rest, body);
      if (permitted) expect(answer.status, `${state}: ${what}`).toBeLessThan(300);
      else
        expect([answer.status, answer.body.conflictingRequest?.message]).toEqual([
          409,
          `Cannot '${what}' instance ${path.split("/").at(-1)} while it is in vm_state ${state}`,
        ]);
    }
    await act(back);
  }
});

test("a server of another project has neither for members", async () => {
  for (const [method, rest, body] of [
    ["GET", "metadata", undefined],
    ["POST", "metadata", { metadata: { a: "1" } }],
    ["PUT", "tags/red", undefined],
    ["DELETE", "tags", undefined],
  ] as const)
    expect((await cloud.demo.send(method, `${foreign}/${rest}`, body, "2.96")).status).toBe(404);
});

test("a server that failed keeps what it has: 409", async () => {
  cloud.host.failNext("disksCreate", "conflict");
  const { body } = await create(cloud.demo, await imageMake(cloud.demo));
  expect(await settled(body.server.id)).toMatchObject({ status: "ERROR" });
  const failed = `/compute/v2.1/servers/${body.server.id}`;
  expect((await cloud.demo.send("PUT", `${failed}/tags/red`, undefined, "2.96")).status).toBe(409);
  expect((await cloud.demo.send("PUT", `${failed}/metadata`, { metadata: {} })).status).toBe(409);
  await remove(body.server.id as string);
});
