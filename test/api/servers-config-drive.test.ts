import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { databaseText } from "../kit/database-text.ts";
import { imageMake } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
const { create, settled, made, remove } = serverKit(() => cloud);
const servers = "/compute/v2.1/servers";
const base64 = (text: string): string => Buffer.from(text).toString("base64");

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
});
// A scripted host is silent: after a minute it would be taken for down.
beforeEach(async () => {
  await cloud.host.register();
});
afterAll(() => cloud.stop());

function drives(id: string) {
  return cloud.host.servers.get(id)?.configDrives;
}

async function show(id: string): Promise<Record<string, unknown>> {
  return (await cloud.demo.send("GET", `${servers}/${id}`)).body.server as Record<string, unknown>;
}

test("a config drive says what the request says, and the password is kept nowhere", async () => {
  const keypair = {
    name: "key",
    public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqN8e3m0o5t7rZx7o6nX2b8uK1w3s5f9d0c2v4y6h8j",
  };
  expect((await cloud.demo.send("POST", "/compute/v2.1/os-keypairs", { keypair })).status).toBe(200);
  const adminPass = "a password that no table may hold";
  const contents = base64("a file that no table may hold");
  const answer = await create(cloud.demo, image, {
    version: "2.56",
    server: {
      name: "Web 1",
      config_drive: "True",
      adminPass,
      key_name: "key",
      metadata: { role: "web" },
      user_data: base64("#!/bin/sh\n"),
      personality: [{ path: "/etc/motd", contents }],
    },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  const id = answer.body.server.id as string;
  expect(answer.body.server.adminPass).toBe(adminPass);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", config_drive: "True" });
  expect(drives(id)).toEqual({
    own: {
      name: "Web 1",
      hostname: "web-1",
      projectId: cloud.demo.projectId,
      reservationId: expect.stringMatching(/^r-[0-9a-f]{8}$/),
      launchIndex: 0,
      availabilityZone: "nova",
      flavorName: "plain.small",
      imageId: image,
      metadata: { role: "web" },
      keypair: { name: "key", type: "ssh", publicKey: keypair.public_key },
      userData: base64("#!/bin/sh\n"),
      injected: { adminPass, files: [{ path: "/etc/motd", contents }] },
    },
  });
  const stored = await databaseText(cloud.database);
  expect(stored).toContain(id);
  for (const secret of [adminPass, contents]) expect(stored).not.toContain(secret);
  // The key pair may go: the server has its own copy.
  expect((await cloud.demo.send("DELETE", "/compute/v2.1/os-keypairs/key")).status).toBe(202);
  const rescue = { rescue: { adminPass: "another" } };
  expect((await cloud.demo.send("POST", `${servers}/${id}/action`, rescue)).status).toBe(200);
  expect(await settled(id)).toMatchObject({ status: "RESCUE" });
  expect(drives(id)).toMatchObject({
    own: { injected: { adminPass } },
    rescue: {
      keypair: { publicKey: keypair.public_key },
      userData: base64("#!/bin/sh\n"),
      injected: { adminPass: "another", files: [] },
    },
  });
  await cloud.demo.send("POST", `${servers}/${id}/action`, { unrescue: null });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  expect(drives(id)).toEqual({ own: expect.objectContaining({ name: "Web 1" }) });
  await remove(id);
});

test.each([
  [{ config_drive: "" }, false, 400],
  [{ config_drive: null }, false, 400],
  [{ config_drive: false }, false, 202],
  [{ config_drive: "0" }, false, 202],
  [{}, false, 202],
  [{ config_drive: true }, true, 202],
  [{ config_drive: "yes" }, true, 202],
] as const)("%j: config drive %s, %i", async (server, expected, status) => {
  const answer = await create(cloud.demo, image, { server });
  expect(answer.status).toBe(status);
  if (status !== 202) return;
  const id = answer.body.server.id as string;
  expect(await settled(id)).toMatchObject({ config_drive: expected ? "True" : "" });
  expect(drives(id) !== undefined).toBe(expected);
  await remove(id);
});

test("an image may demand one, and say its bus", async () => {
  const demanding = await imageMake(cloud.demo, { img_config_drive: "mandatory" });
  const id = await made(cloud.demo, demanding);
  expect(await show(id)).toMatchObject({ config_drive: "True" });
  const list = await cloud.admin.send(
    "GET",
    `${servers}/detail?all_tenants=1&config_drive=True`,
    undefined,
    "2.96",
  );
  expect((list.body.servers as { id: string }[]).map((server) => server.id)).toEqual([id]);
  await remove(id);
});

test("the configuration may demand one", async () => {
  const forcing = await startTestCloud({ compute: { forceConfigDrive: true } });
  const kit = serverKit(() => forcing);
  const id = await kit.made(forcing.demo, await imageMake(forcing.demo));
  expect(forcing.host.servers.get(id)?.configDrives).toBeDefined();
  await forcing.stop();
});

const file = (path: string, size = 1) => ({ path, contents: base64("x".repeat(size)) });

test.each([
  [
    Array.from({ length: 6 }, (_, index) => file(`/${index}`)),
    true,
    403,
    /^Personality file limit exceeded$/,
  ],
  [[file(`/${"a".repeat(255)}`)], true, 403, /^Personality file path exceeds maximum 255$/],
  [[file("/a", 10_241)], true, 403, /^Personality file content exceeds maximum 10240$/],
  [[{ path: "/a", contents: "not base64!" }], true, 400, /contents/],
] as const)(
  "files that are too many or too large are refused: case %#",
  async (personality, configDrive, status, message) => {
    const server = { personality, config_drive: configDrive };
    const answer = await create(cloud.demo, image, { server, version: "2.56" });
    expect(answer.status).toBe(status);
    expect((Object.values(answer.body as object)[0] as { message: string }).message).toMatch(message);
    expect((await create(cloud.demo, image, { server, version: "2.57" })).status).toBe(400);
    expect((await cloud.demo.send("GET", servers)).body.servers).toEqual([]);
  },
);

test("files make a config drive that nobody asked for, also at a rebuild: they reach a guest in no other way", async () => {
  const given = { server: { personality: [file("/a")] }, version: "2.56" };
  const { id } = (await create(cloud.demo, image, given)).body.server;
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", config_drive: "True" });
  expect(drives(id)).toMatchObject({ own: { injected: { files: [file("/a")] } } });
  await remove(id);
  const plain = await made(cloud.demo, image);
  const rebuild = { imageRef: image, personality: [file("/b")] };
  const answer = await cloud.demo.send("POST", `${servers}/${plain}/action`, { rebuild }, "2.56");
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  expect(await settled(plain)).toMatchObject({ status: "ACTIVE", config_drive: "True" });
  expect(drives(plain)).toMatchObject({ own: { injected: { files: [file("/b")] } } });
  await remove(plain);
});

test("user data of 65535 characters at most", async () => {
  const most = "A".repeat(65_532);
  expect((await create(cloud.demo, image, { server: { user_data: `${most}AAAA` } })).status).toBe(400);
  const id = await made(cloud.demo, image, { user_data: most, config_drive: true });
  expect(drives(id)).toMatchObject({ own: { userData: most } });
  await remove(id);
});

test("a rebuild makes it anew; one that fails brings back what it said, without the password", async () => {
  const id = await made(cloud.demo, image, { config_drive: true, adminPass: "first", metadata: { a: "1" } });
  const file1 = file("/a");
  const rebuild = {
    imageRef: image,
    adminPass: "second",
    metadata: { b: "2" },
    personality: [file1],
  };
  const act = (version: string) => cloud.demo.send("POST", `${servers}/${id}/action`, { rebuild }, version);
  cloud.host.failNext("domainDefine", "conflict");
  expect((await act("2.56")).status).toBe(202);
  await settled(id);
  expect(drives(id)).toMatchObject({ own: { metadata: { a: "1" } } });
  expect(JSON.stringify(drives(id))).not.toContain("adminPass");
  expect((await act("2.56")).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", config_drive: "True" });
  expect(drives(id)).toMatchObject({
    own: { metadata: { b: "2" }, injected: { adminPass: "second", files: [file1] } },
  });
  expect((await act("2.57")).status).toBe(400);
  await remove(id);
});

test("a rebuild onto an image that demands one makes one, which goes again when the rebuild fails", async () => {
  const demanding = await imageMake(cloud.demo, { img_config_drive: "mandatory" });
  const id = await made(cloud.demo, image);
  const rebuild = { imageRef: demanding, adminPass: "theirs", personality: [file("/a")] };
  const act = () => cloud.demo.send("POST", `${servers}/${id}/action`, { rebuild }, "2.56");
  // Before it is made, and after.
  for (const command of ["domainStop", "domainStart"] as const) {
    cloud.host.failNext(command, "conflict");
    expect((await act()).status).toBe(202);
    expect(await settled(id)).toMatchObject({ status: "ACTIVE", config_drive: "", image: { id: image } });
    expect(drives(id)?.own).toBeUndefined();
  }
  expect((await act()).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", config_drive: "True" });
  expect(drives(id)).toMatchObject({ own: { injected: { adminPass: "theirs", files: [file("/a")] } } });
  // What a server has it keeps.
  await cloud.demo.send("POST", `${servers}/${id}/action`, { rebuild: { imageRef: image } }, "2.57");
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", config_drive: "True", image: { id: image } });
  await remove(id);
});

test("an image that says neither `optional` nor `mandatory` is refused", async () => {
  const odd = await imageMake(cloud.demo, { img_config_drive: "maybe" });
  const answer = await create(cloud.demo, odd);
  expect([answer.status, answer.body.badRequest.message]).toEqual([
    400,
    "Image's config drive option 'maybe' is invalid.",
  ]);
});

test("a create that fails after its config drive leaves none", async () => {
  cloud.host.failNext("domainDefine", "conflict");
  const { id } = (await create(cloud.demo, image, { server: { config_drive: true } })).body.server;
  expect(await settled(id)).toMatchObject({ status: "ERROR", config_drive: "True" });
  expect(cloud.host.servers.has(id)).toBe(false);
  await remove(id);
});
