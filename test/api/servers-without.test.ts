import { afterAll, beforeAll, expect, test } from "vitest";
import { imageMake, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let id: string;
const { made, settled } = serverKit(() => cloud);

beforeAll(async () => {
  cloud = await startTestCloud();
  id = await made(cloud.demo, await imageMake(cloud.demo));
});
afterAll(() => cloud.stop());

const other = "4f6e3b1a-2c7d-4e8f-9a0b-1c2d3e4f5a6b";
const pathOf = (rest: string): string => `/compute/v2.1/servers/${id}${rest}`;

async function refusal(
  method: string,
  rest: string,
  body?: object,
  { client = cloud.demo, version = "2.96" }: { client?: Client; version?: string } = {},
): Promise<readonly [number, string | undefined]> {
  const answer = await client.send(method, pathOf(rest), body, version);
  const [inner] = Object.values(
    (answer.body === "" ? {} : answer.body) as Record<string, { message?: string }>,
  );
  return [answer.status, inner?.message];
}

const act = (body: object, how: { client?: Client; version?: string } = {}) =>
  refusal("POST", "/action", body, how);

test("a password is changed by an agent in the guest, which there is not", async () => {
  expect(await act({ changePassword: { adminPass: "secret" } })).toEqual([
    409,
    "QEMU guest agent is not enabled",
  ]);
  const shown = await cloud.demo.send("GET", pathOf("/os-server-password"));
  expect(shown.body).toEqual({ password: "" });
  expect((await cloud.demo.send("DELETE", pathOf("/os-server-password"))).status).toBe(204);
});

test("there is no display: each type of console is unavailable, at the microversions that had it", async () => {
  const old = { version: "2.5" };
  const asked = { "os-getVNCConsole": { type: "novnc" } };
  expect(await act(asked, old)).toEqual([400, "Unavailable console type novnc."]);
  expect(await act(asked, { version: "2.6" })).toEqual([404, "The resource could not be found."]);
  expect(await act({ "os-getSPICEConsole": { type: "spice-html5" } }, old)).toEqual([
    400,
    "Unavailable console type spice-html5.",
  ]);
  const remote = (protocol: string, type: string) =>
    refusal("POST", "/remote-consoles", { remote_console: { protocol, type } });
  expect(await remote("vnc", "novnc")).toEqual([400, "Unavailable console type novnc."]);
  expect(await remote("mks", "webmks")).toEqual([400, "Unavailable console type webmks."]);
  expect((await remote("vnc", "other"))[1]).toMatch(/attribute type\. Value: other\./);
});

test("there are no networks: lists are empty, and what is named is not found", async () => {
  const list = async (rest: string) => (await cloud.demo.send("GET", pathOf(rest))).body as object;
  expect(await list("/os-interface")).toEqual({ interfaceAttachments: [] });
  expect(await list("/os-security-groups")).toEqual({ security_groups: [] });
  const port = `Port id ${other} could not be found.`;
  expect(await refusal("GET", `/os-interface/${other}`)).toEqual([404, port]);
  expect(await refusal("DELETE", `/os-interface/${other}`)).toEqual([404, port]);
  const attach = (interfaceAttachment: object) => refusal("POST", "/os-interface", { interfaceAttachment });
  expect(await attach({ port_id: other })).toEqual([404, port]);
  expect(await attach({ net_id: other })).toEqual([404, `Network ${other} could not be found.`]);
  expect(await attach({ net_id: other, port_id: other })).toEqual([
    400,
    "Must not input both network_id and port_id",
  ]);
  expect(await attach({})).toEqual([
    400,
    `No specific network was requested and none are available for project '${cloud.demo.projectId}'.`,
  ]);
  expect(await act({ addSecurityGroup: { name: "web" } })).toEqual([404, "Security group web not found."]);
  const old = { version: "2.43" };
  expect(await act({ addFloatingIp: { address: "192.0.2.1" } }, old)).toEqual([
    400,
    "Instance network is not ready yet",
  ]);
  expect((await act({ addFixedIp: { networkId: other } }, old))[0]).toBe(400);
});

test("there are no volumes", async () => {
  const listed = await cloud.demo.send("GET", pathOf("/os-volume_attachments"));
  expect(listed.body).toEqual({ volumeAttachments: [] });
  const gone = [404, `Volume ${other} could not be found.`];
  const volumeAttachment = { volumeId: other };
  expect(await refusal("POST", "/os-volume_attachments", { volumeAttachment })).toEqual(gone);
  expect(await refusal("PUT", `/os-volume_attachments/${other}`, { volumeAttachment })).toEqual(gone);
  expect(await refusal("DELETE", `/os-volume_attachments/${other}`)).toEqual(gone);
  expect(await refusal("GET", `/os-volume_attachments/${other}`)).toEqual([
    404,
    `Instance ${id} is not attached to volume ${other}`,
  ]);
});

test("there is no other host: who asks for a move learns it from the action, or at once where Nova says so", async () => {
  const client = cloud.admin;
  expect((await act({ migrate: null }))[0]).toBe(403);
  expect(await act({ migrate: null }, { client })).toEqual([202, undefined]);
  const actions = await client.send("GET", pathOf("/os-instance-actions"), undefined, "2.96");
  const [migrate] = actions.body.instanceActions as { action: string; message: string; request_id: string }[];
  expect(migrate).toMatchObject({ action: "migrate", message: "Error" });
  const detail = `/os-instance-actions/${migrate?.request_id}`;
  const shown = await client.send("GET", pathOf(detail), undefined, "2.96");
  expect(shown.body.instanceAction.events[0]).toMatchObject({
    details: expect.stringMatching(/^No valid host was found/) as string,
  });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  const hosts = await client.send("GET", "/compute/v2.1/os-services", undefined, "2.96");
  const host = hosts.body.services[0].host as string;
  expect(await act({ migrate: { host } }, { client })).toEqual([
    400,
    "Cannot migrate to the host where the server exists.",
  ]);
  expect(await act({ migrate: { host: "none" } }, { client })).toEqual([
    400,
    "Compute host none could not be found.",
  ]);
  const live = { "os-migrateLive": { host: null, block_migration: "auto" } };
  expect((await act(live, { client }))[0]).toBe(202);
  expect(await act(live, { client, version: "2.25" })).toEqual([
    400,
    "No valid host was found. There are not enough hosts available.",
  ]);
  expect(await act({ evacuate: {} }, { client })).toEqual([
    400,
    `Compute service of ${host} is still in use.`,
  ]);
  const migrations = await client.send("GET", pathOf("/migrations"), undefined, "2.96");
  expect(migrations.body).toEqual({ migrations: [] });
  expect((await refusal("GET", "/migrations/1", undefined, { client }))[0]).toBe(404);
});

test("network information is injected as by Nova's libvirt driver: for administrators, and nothing comes of it", async () => {
  const inject = { injectNetworkInfo: null };
  expect((await act(inject))[0]).toBe(403);
  expect((await act(inject, { client: cloud.admin }))[0]).toBe(202);
  expect((await act({ resetNetwork: null }, { client: cloud.admin }))[0]).toBe(410);
});
