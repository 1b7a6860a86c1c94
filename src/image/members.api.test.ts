import { afterAll, beforeAll, expect, test } from "vitest";
import { callers, startImageCloud, type ImageCloud } from "./test-cloud.fixture.ts";

let cloud: ImageCloud;
beforeAll(async () => {
  cloud = await startImageCloud();
});
afterAll(() => cloud.stop());

async function shared(attributes: Record<string, unknown> = {}): Promise<string> {
  const formats = { disk_format: "raw", container_format: "bare" };
  const answer = await cloud.send("alice", "POST", "/v2/images", { ...formats, ...attributes });
  return answer.body.id as string;
}

async function listed(token: string, query = ""): Promise<string[]> {
  const answer = await cloud.send(token, "GET", `/v2/images?limit=1000${query}`);
  return (answer.body.images as { id: string }[]).map(({ id }) => id);
}

test("an image is offered, seen by its member at once, and listed when the member has accepted", async () => {
  const id = await shared();
  await cloud.send("alice", "PUT", `/v2/images/${id}/file`, "shared data");
  expect((await cloud.send("bob", "GET", `/v2/images/${id}`)).status).toBe(404);
  const made = await cloud.send("alice", "POST", `/v2/images/${id}/members`, { member: "p2" });
  expect([made.status, made.body]).toEqual([
    200,
    {
      member_id: "p2",
      image_id: id,
      status: "pending",
      created_at: expect.stringMatching(/Z$/),
      updated_at: made.body.created_at,
      schema: "/v2/schemas/member",
    },
  ]);
  expect((await cloud.send("bob", "GET", `/v2/images/${id}`)).status).toBe(200);
  expect((await cloud.send("bob", "GET", `/v2/images/${id}/file`)).bytes.toString()).toBe("shared data");
  const bob = callers["bob"];
  if (bob) expect(await cloud.image.imageFetch(bob, id)).toMatchObject({ id });
  expect((await cloud.send("bob", "DELETE", `/v2/images/${id}`)).status).toBe(403);
  expect((await cloud.send("carol", "GET", `/v2/images/${id}`)).status).toBe(404);

  expect(await listed("bob")).not.toContain(id);
  expect(await listed("bob", "&member_status=pending")).toContain(id);
  expect(await listed("bob", "&visibility=shared&member_status=all")).toContain(id);
  const path = `/v2/images/${id}/members/p2`;
  const accepted = await cloud.send("bob", "PUT", path, { status: "accepted" });
  expect([accepted.status, accepted.body.status]).toEqual([200, "accepted"]);
  expect(await listed("bob")).toContain(id);
  expect(await listed("bob", "&visibility=shared")).toContain(id);
  expect(await listed("bob", "&visibility=public")).not.toContain(id);
  expect(await listed("carol")).not.toContain(id);
  await cloud.send("bob", "PUT", path, { status: "rejected" });
  expect(await listed("bob")).not.toContain(id);
  expect(await listed("bob", "&member_status=rejected")).toContain(id);
  expect((await cloud.send("bob", "GET", `/v2/images?member_status=unknown`)).status).toBe(400);

  expect((await cloud.send("alice", "DELETE", path)).status).toBe(204);
  expect((await cloud.send("bob", "GET", `/v2/images/${id}`)).status).toBe(404);
  expect((await cloud.send("alice", "DELETE", path)).status).toBe(404);
});

test("an owner sees all members, a member itself, an administrator may do everything", async () => {
  const id = await shared();
  const members = `/v2/images/${id}/members`;
  for (const member of ["p2", "p3"]) await cloud.send("alice", "POST", members, { member });
  const names = async (token: string) =>
    ((await cloud.send(token, "GET", members)).body.members as { member_id: string }[]).map(
      ({ member_id }) => member_id,
    );
  expect(await names("alice")).toEqual(["p2", "p3"]);
  expect(await names("reader")).toEqual(["p2", "p3"]);
  expect(await names("bob")).toEqual(["p2"]);
  expect((await cloud.send("bob", "GET", `${members}/p2`)).body.status).toBe("pending");
  for (const [token, method, path, body, status] of [
    ["bob", "GET", "/p3", undefined, 404],
    ["bob", "PUT", "/p3", { status: "accepted" }, 404],
    ["bob", "POST", "", { member: "p4" }, 403],
    ["bob", "DELETE", "/p2", undefined, 403],
    ["alice", "PUT", "/p2", { status: "accepted" }, 403],
    ["reader", "POST", "", { member: "p4" }, 403],
    ["reader", "DELETE", "/p2", undefined, 403],
    ["bob", "PUT", "/p2", { status: "maybe" }, 400],
    ["bob", "PUT", "/p2", {}, 400],
    ["alice", "POST", "", { member: "" }, 400],
    ["alice", "POST", "", {}, 400],
    ["alice", "POST", "", { member: "p2" }, 409],
    ["alice", "GET", "/p9", undefined, 404],
  ] as const) {
    const answer = await cloud.send(token, method, `${members}${path}`, body);
    expect([token, method, path, answer.status]).toEqual([token, method, path, status]);
  }
  expect((await cloud.send("alice", "GET", `${members}/p2`)).body.status).toBe("pending");
  expect((await cloud.send("admin", "PUT", `${members}/p2`, { status: "accepted" })).status).toBe(200);
  expect((await cloud.send("admin", "DELETE", `${members}/p3`)).status).toBe(204);
  expect(await names("admin")).toEqual(["p2"]);
});

test("only shared images have members", async () => {
  const id = await shared({ visibility: "private" });
  const members = `/v2/images/${id}/members`;
  for (const [method, path, body, status, message] of [
    [
      "GET",
      "",
      undefined,
      403,
      `Not allowed to list members for image ${id}: Only shared images have members.`,
    ],
    ["POST", "", { member: "p2" }, 403, `Not allowed to create members for image ${id}.`],
    ["PUT", "/p2", { status: "accepted" }, 403, `Not allowed to update members for image ${id}.`],
    ["DELETE", "/p2", undefined, 403, `Not allowed to delete members for image ${id}.`],
    ["GET", "/p2", undefined, 404, "Only shared images have members."],
  ] as const) {
    const answer = await cloud.send("alice", method, `${members}${path}`, body);
    expect([answer.status, answer.body.message]).toEqual([status, message]);
  }
  expect((await cloud.send("bob", "GET", members)).status).toBe(404);
});

test("no more than 128 members", async () => {
  const id = await shared();
  const rows = Array.from({ length: 127 }, (_, at) => ({
    image_id: id,
    member_id: `m${at}`,
    status: "pending" as const,
    created_at: 0,
    updated_at: 0,
  }));
  await cloud.database.transaction((tx) => tx.insertInto("image_members").values(rows).execute());
  const add = (member: string) => cloud.send("alice", "POST", `/v2/images/${id}/members`, { member });
  expect((await add("last")).status).toBe(200);
  const refused = await add("beyond");
  expect([refused.status, refused.body.message]).toEqual([
    413,
    expect.stringContaining("Attempted: 129, Maximum: 128"),
  ]);
});
