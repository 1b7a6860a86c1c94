import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let id: string;
const kit = serverKit(() => cloud);
beforeAll(async () => {
  cloud = await startTestCloud();
  id = await kit.made(cloud.demo, await imageMake(cloud.demo));
});
afterAll(() => cloud.stop());

const absent = "0f8fad5b-d9cb-469f-a165-70867728950f";
const send = (events: object[], version?: string) =>
  cloud.admin.send("POST", "/compute/v2.1/os-server-external-events", { events }, version);

test("an event of a server on a host is taken", async () => {
  const event = { name: "network-changed", server_uuid: id };
  expect(await send([event])).toMatchObject({
    status: 200,
    body: { events: [{ ...event, status: "completed", code: 200 }] },
  });
});

test("each event has its own answer, and 207 says that they are not all the same", async () => {
  const events = [
    { name: "network-vif-plugged", server_uuid: id, status: "completed", tag: "port" },
    { name: "network-vif-plugged", server_uuid: absent, status: "completed" },
    { name: "volume-extended", server_uuid: id },
  ];
  const { status, body } = await send(events, "2.51");
  expect(status).toBe(207);
  expect(body.events).toEqual([
    { ...events[0], code: 200 },
    { ...events[1], status: "failed", code: 404 },
    { ...events[2], status: "failed", code: 400 },
  ]);
  await cloud.demo.send("POST", `/compute/v2.1/servers/${id}/action`, { shelve: null });
  await kit.settled(id);
  const { body: homeless } = await send([{ name: "network-changed", server_uuid: id }]);
  expect(homeless.events[0]).toMatchObject({ status: "failed", code: 422 });
});

test.each([
  ["volume-extended", "2.50", "2.51"],
  ["power-update", "2.75", "2.76"],
  ["accelerator-request-bound", "2.81", "2.82"],
  ["volume-reimaged", "2.92", "2.93"],
])("%s is unknown at %s and known at %s", async (name, before, since) => {
  const event = { name, server_uuid: absent, tag: "what" };
  expect((await send([event], before)).status).toBe(400);
  expect((await send([event], since)).status).toBe(207);
});

test("an owner of a server may not send any", async () => {
  const body = { events: [{ name: "network-changed", server_uuid: id }] };
  const answer = await cloud.demo.send("POST", "/compute/v2.1/os-server-external-events", body);
  expect(answer.status).toBe(403);
});
