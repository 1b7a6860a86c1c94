import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, imageMake, type Answer, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
/** On which shelved servers stay. */
let staying: TestCloud;
let image: string;
let vtpm: string;
const { settled, made, remove } = serverKit(() => cloud);
const servers = "/compute/v2.1/servers";

beforeAll(async () => {
  cloud = await startTestCloud();
  staying = await startTestCloud({ compute: { shelvedOffloadTimeS: -1 } });
  image = await imageMake(cloud.demo);
  const { flavors } = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body;
  vtpm = (flavors as { id: string; name: string }[]).find(({ name }) => name === "vtpm.small")?.id ?? "";
});
afterAll(async () => {
  await cloud.stop();
  await staying.stop();
});

function act(
  id: string,
  body: object,
  { client = cloud.demo, version }: { client?: Pick<Client, "send">; version?: string } = {},
): Promise<Answer> {
  return client.send("POST", `${servers}/${id}/action`, body, version);
}

function message({ body }: Answer): string {
  return (Object.values(body as object)[0] as { message: string }).message;
}

async function imageNamed(name: string): Promise<Record<string, unknown> | undefined> {
  const { images } = (await cloud.demo.send("GET", `/image/v2/images?name=${name}`)).body;
  return (images as Record<string, unknown>[])[0];
}

async function allocations(hostId = cloud.host.hostId): Promise<string[]> {
  const path = `/placement/resource_providers/${hostId}/allocations`;
  return Object.keys((await cloud.admin.send("GET", path)).body.allocations as object);
}

async function service(what: "enable" | "disable", host: string): Promise<void> {
  const body = { host, binary: "nova-compute" };
  expect((await cloud.admin.send("PUT", `/compute/v2.1/os-services/${what}`, body)).status).toBe(200);
}

async function shelved(server: object = {}): Promise<string> {
  const id = await made(cloud.demo, image, server);
  expect((await act(id, { shelve: null })).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "SHELVED_OFFLOADED" });
  return id;
}

async function actions(id: string): Promise<unknown[]> {
  const { body } = await cloud.admin.send("GET", `${servers}/${id}/os-instance-actions`);
  return (body.instanceActions as { action: string; message: unknown }[]).map((each) => [
    each.action,
    each.message,
  ]);
}

test("shelve and unshelve: everything leaves the host and comes back, the passphrase the same", async () => {
  const id = await made(cloud.demo, image, { flavorRef: vtpm, name: "web", config_drive: true });
  const [passphrase] = cloud.host.passphrases.slice(-1);
  expect((await act(id, { shelve: null })).status).toBe(202);
  expect(await settled(id)).toMatchObject({
    status: "SHELVED_OFFLOADED",
    image: { id: image },
    "OS-EXT-STS:vm_state": "shelved_offloaded",
    "OS-EXT-STS:power_state": 4,
    "OS-EXT-SRV-ATTR:host": null,
    "OS-EXT-SRV-ATTR:hypervisor_hostname": null,
    hostId: "",
  });
  expect(cloud.host.servers.has(id)).toBe(false);
  expect(await allocations()).toEqual([]);
  expect(await imageNamed("web-shelved")).toMatchObject({
    status: "active",
    image_type: "snapshot",
    base_image_ref: image,
    instance_uuid: id,
    visibility: "private",
  });
  expect((await act(id, { unshelve: null })).status).toBe(202);
  expect(await settled(id)).toMatchObject({
    status: "ACTIVE",
    image: { id: image },
    "OS-EXT-SRV-ATTR:host": "host-0f8f",
    config_drive: "True",
  });
  expect(cloud.host.servers.get(id)).toMatchObject({
    domain: true,
    disks: true,
    powerState: "running",
    tpm: passphrase,
    configDrives: { own: { name: "web" } },
  });
  // A password is made once; an unshelve has none.
  expect(JSON.stringify(cloud.host.servers.get(id)?.configDrives)).not.toContain("adminPass");
  expect(await allocations()).toEqual([id]);
  await eventually(async () => ((await imageNamed("web-shelved")) === undefined ? true : undefined));
  expect(await actions(id)).toEqual([
    ["unshelve", null],
    ["shelve", null],
    ["create", null],
  ]);
  await remove(id);
});

test("a server comes back on another host when its own has no room, or an administrator says so", async () => {
  const other = await cloud.hostAdd("7a6fad5b-d9cb-469f-a165-70867728950e");
  const id = await shelved({ flavorRef: vtpm });
  const unshelve = { host: "host-7a6f" };
  const asked = (client: Pick<Client, "send">, version: string, value: object = unshelve) =>
    act(id, { unshelve: value }, { client, version });
  expect((await asked(cloud.demo, "2.90")).status).toBe(400);
  const denied = await asked(cloud.demo, "2.91");
  expect([denied.status, message(denied)]).toEqual([403, expect.stringContaining("unshelve_to_host")]);
  const unknown = await asked(cloud.admin, "2.91", { host: "nowhere" });
  expect([unknown.status, message(unknown)]).toEqual([400, "Compute host nowhere could not be found."]);
  const elsewhere = await asked(cloud.admin, "2.91", { host: "host-7a6f", availability_zone: "mars" });
  expect([elsewhere.status, message(elsewhere)]).toEqual([
    400,
    "The requested availability zone is not available",
  ]);
  // An administrator may choose, but reads no passphrase.
  const locked = await asked(cloud.admin, "2.91");
  expect([locked.status, message(locked)]).toEqual([403, expect.stringContaining("acl user add")]);
  expect(await settled(id)).toMatchObject({ status: "SHELVED_OFFLOADED" });
  await service("disable", "host-0f8f");
  expect((await act(id, { unshelve: null })).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", "OS-EXT-SRV-ATTR:host": "host-7a6f" });
  expect(cloud.host.servers.has(id)).toBe(false);
  expect(await allocations(other.hostId)).toEqual([id]);
  await remove(id);
  await service("enable", "host-0f8f");
  const plain = await shelved();
  expect((await act(plain, { unshelve }, { client: cloud.admin, version: "2.91" })).status).toBe(202);
  expect(await settled(plain)).toMatchObject({ status: "ACTIVE", "OS-EXT-SRV-ATTR:host": "host-7a6f" });
  await remove(plain);
  await service("disable", "host-7a6f");
  other.stop();
});

test.each([
  ["2.76", { unshelve: { anything: 1 } }, 202],
  ["2.77", { unshelve: { availability_zone: "nova" } }, 202],
  ["2.77", { unshelve: {} }, 400],
  ["2.77", { unshelve: { availability_zone: null } }, 400],
  ["2.77", { unshelve: { availability_zone: "mars" } }, 400],
  ["2.77", { unshelve: { availability_zone: "nova", host: "host-0f8f" } }, 400],
  ["2.91", { unshelve: { availability_zone: null } }, 202],
  ["2.91", { unshelve: { availability_zone: "nova" } }, 202],
  ["2.91", { unshelve: { more: 1 } }, 400],
  ["2.91", { unshelve: "yes" }, 400],
  ["2.96", { unshelve: null, more: 1 }, 400],
] as const)("at %s %j is %i", async (version, body, status) => {
  const id = await shelved();
  expect((await act(id, body, { version })).status).toBe(status);
  expect(await settled(id)).toMatchObject({ status: status === 202 ? "ACTIVE" : "SHELVED_OFFLOADED" });
  await remove(id);
  expect(await imageNamed("s-shelved")).toBeUndefined();
});

test("out of every state that permits it, and out of no other", async () => {
  const id = await made(cloud.demo, image);
  for (const [body, state, reached] of [
    [{ "os-stop": null }, "SHUTOFF", true],
    [{ pause: null }, "PAUSED", true],
    [{ suspend: null }, "SUSPENDED", true],
    [{ rescue: null }, "RESCUE", false],
  ] as const) {
    await act(id, body);
    expect(await settled(id)).toMatchObject({ status: state });
    const answer = await act(id, { shelve: null });
    expect(answer.status).toBe(reached ? 202 : 409);
    if (!reached) break;
    expect(await settled(id)).toMatchObject({ status: "SHELVED_OFFLOADED" });
    const again = await act(id, { shelve: null });
    expect([again.status, message(again)]).toEqual([
      409,
      `Cannot 'shelve' instance ${id} while it is in vm_state shelved_offloaded`,
    ]);
    await act(id, { unshelve: null });
    expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  }
  expect((await act(id, { unshelve: null })).status).toBe(409);
  await remove(id);
});

test("a shelve that fails leaves the server on its disk, off, and no image", async () => {
  const id = await made(cloud.demo, image);
  cloud.host.failNext("snapshotCreate", "no-capacity");
  await act(id, { shelve: null });
  expect(await settled(id)).toMatchObject({ status: "SHUTOFF" });
  expect(await imageNamed("s-shelved")).toBeUndefined();
  await act(id, { "os-start": null });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  await remove(id);
});

test("an offload that fails leaves the server shelved; it may be asked for again, or the server back", async () => {
  const id = await made(cloud.demo, image, { flavorRef: vtpm });
  for (const [command, next] of [
    ["tpmRest", { shelveOffload: null }],
    ["disksDelete", { unshelve: null }],
  ] as const) {
    cloud.host.failNext(command, "conflict");
    await act(id, { shelve: null });
    expect(await settled(id)).toMatchObject({ status: "SHELVED", "OS-EXT-SRV-ATTR:host": "host-0f8f" });
    expect((await actions(id))[0]).toEqual(["shelve", "Error"]);
    expect((await act(id, next, { client: "unshelve" in next ? cloud.demo : cloud.admin })).status).toBe(202);
    if ("shelveOffload" in next) {
      expect(await settled(id)).toMatchObject({ status: "SHELVED_OFFLOADED" });
      await act(id, { unshelve: null });
    }
    expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  }
  await remove(id);
});

test("an unshelve that fails leaves the server as it was, its TPM in the vault", async () => {
  const id = await shelved({ flavorRef: vtpm });
  for (const command of ["diskFetch", "domainDefine", "domainStart"] as const) {
    cloud.host.failNext(command, "conflict");
    expect((await act(id, { unshelve: null })).status).toBe(202);
    expect(await settled(id)).toMatchObject({
      status: "SHELVED_OFFLOADED",
      "OS-EXT-SRV-ATTR:host": null,
    });
    expect((await actions(id))[0]).toEqual(["unshelve", "Error"]);
    expect(cloud.host.servers.has(id)).toBe(false);
    expect(await allocations()).toEqual([]);
    expect(await imageNamed("s-shelved")).toMatchObject({ status: "active" });
  }
  await act(id, { unshelve: null });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  await remove(id);
});

test("an image that is gone is said before anything changes", async () => {
  const id = await shelved();
  const { id: gone } = (await imageNamed("s-shelved")) ?? {};
  await cloud.demo.send("DELETE", `/image/v2/images/${String(gone)}`);
  const answer = await act(id, { unshelve: null });
  expect([answer.status, message(answer)]).toEqual([
    409,
    `Error during unshelve instance ${id}: Unshelve attempted but the image ${String(gone)} cannot be found.`,
  ]);
  expect(await settled(id)).toMatchObject({ status: "SHELVED_OFFLOADED" });
  await remove(id);
});

test("deleting a shelved server leaves no image and no secret", async () => {
  const id = await shelved({ flavorRef: vtpm });
  await remove(id);
  expect(await imageNamed("s-shelved")).toBeUndefined();
  expect((await cloud.demo.send("GET", "/key-manager/v1/secrets")).body.secrets).toEqual([]);
});

test("where shelved servers stay, only an administrator offloads them", async () => {
  const kit = serverKit(() => staying);
  const own = await imageMake(staying.demo);
  const id = await kit.made(staying.demo, own);
  const send = (body: object, client: Pick<Client, "send"> = staying.demo, version = "2.91") =>
    act(id, body, { client, version });
  expect((await send({ shelve: null })).status).toBe(202);
  expect(await kit.settled(id)).toMatchObject({ status: "SHELVED", "OS-EXT-SRV-ATTR:host": "host-0f8f" });
  expect(staying.host.servers.get(id)).toMatchObject({ domain: true, disks: true, powerState: "shutdown" });
  const zoned = await send({ unshelve: { availability_zone: "nova" } });
  expect([zoned.status, message(zoned)]).toEqual([
    409,
    `Specifying an availability zone or a host when unshelving server '${id}' with status 'shelved' is not supported, ` +
      "the server status must be SHELVED_OFFLOADED.",
  ]);
  const calls = staying.host.calls.length;
  expect((await send({ unshelve: null })).status).toBe(202);
  expect(await kit.settled(id)).toMatchObject({ status: "ACTIVE" });
  expect(staying.host.calls.slice(calls)).toContain("domainStart");
  await send({ shelve: null });
  expect(await kit.settled(id)).toMatchObject({ status: "SHELVED" });
  expect((await send({ shelveOffload: null })).status).toBe(403);
  expect((await send({ shelveOffload: null }, staying.admin)).status).toBe(202);
  expect(await kit.settled(id)).toMatchObject({ status: "SHELVED_OFFLOADED" });
  expect((await send({ shelveOffload: null }, staying.admin)).status).toBe(409);
  await kit.remove(id);
});
