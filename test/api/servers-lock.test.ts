import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
const { made, settled, remove } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
});
afterAll(() => cloud.stop());

const servers = "/compute/v2.1/servers";
const act = async (client: Client, id: string, body: object, version = "2.96"): Promise<number> =>
  (await client.send("POST", `${servers}/${id}/action`, body, version)).status;

test("a locked server is left alone by its owner until it is unlocked; administrators go on", async () => {
  const id = await made(cloud.demo, image);
  expect(await act(cloud.demo, id, { lock: { locked_reason: "busy" } })).toBe(202);
  expect(await settled(id)).toMatchObject({ locked: true, locked_reason: "busy" });
  const refused = await cloud.demo.send("POST", `${servers}/${id}/action`, { pause: null });
  expect(refused).toMatchObject({
    status: 409,
    body: { conflictingRequest: { message: `Instance ${id} is locked` } },
  });
  expect((await cloud.demo.send("DELETE", `${servers}/${id}`)).status).toBe(409);
  expect((await cloud.demo.send("PUT", `${servers}/${id}/metadata`, { metadata: {} })).status).toBe(409);
  expect(
    (await cloud.demo.send("GET", `${servers}?locked=true`, undefined, "2.73")).body.servers,
  ).toMatchObject([{ id }]);
  expect(await act(cloud.admin, id, { pause: null })).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "PAUSED", locked: true });
  expect(await act(cloud.demo, id, { unlock: null })).toBe(202);
  expect(await act(cloud.demo, id, { unpause: null })).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", locked: false, locked_reason: null });
  await remove(id);
});

test("an administrator's lock is not the owner's to take away or to replace", async () => {
  const id = await made(cloud.demo, image);
  expect(await act(cloud.admin, id, { lock: { locked_reason: "audit" } })).toBe(202);
  expect(await act(cloud.demo, id, { lock: { locked_reason: "mine" } })).toBe(202);
  expect(await act(cloud.demo, id, { unlock: null })).toBe(403);
  expect(await settled(id)).toMatchObject({ locked: true, locked_reason: "audit" });
  expect(await act(cloud.admin, id, { unlock: null })).toBe(202);
  expect(await settled(id)).toMatchObject({ locked: false });
  await remove(id);
});

test("a reason is taken from 2.73 on", async () => {
  const id = await made(cloud.demo, image);
  expect(await act(cloud.demo, id, { lock: { reason: "x" } })).toBe(400);
  expect(await act(cloud.demo, id, { lock: { locked_reason: "" } })).toBe(400);
  expect(await act(cloud.demo, id, { lock: { locked_reason: "x" } }, "2.72")).toBe(202);
  expect(await settled(id)).toMatchObject({ locked: true, locked_reason: null });
  await remove(id);
});
