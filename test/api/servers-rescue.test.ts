import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eventually, imageMake, type Answer, type Client } from "../kit/client.ts";
import { serverKit } from "../kit/servers.ts";
import { startTestCloud, type TestCloud } from "../kit/test-cloud.ts";

let cloud: TestCloud;
let image: string;
let vtpm: string;
const { settled, made, remove, create } = serverKit(() => cloud);
const servers = "/compute/v2.1/servers";

beforeAll(async () => {
  cloud = await startTestCloud();
  image = await imageMake(cloud.demo);
  const { flavors } = (await cloud.demo.send("GET", "/compute/v2.1/flavors")).body;
  vtpm = (flavors as { id: string; name: string }[]).find(({ name }) => name === "vtpm.small")?.id ?? "";
});
// A scripted host is silent: after a minute it would be taken for down.
beforeEach(async () => {
  await cloud.host.register();
});
afterAll(() => cloud.stop());

function act(
  id: string,
  body: object,
  client: Pick<Client, "send"> = cloud.demo,
  version?: string,
): Promise<Answer> {
  return client.send("POST", `${servers}/${id}/action`, body, version);
}

function message({ body }: Answer): string {
  return (Object.values(body as object)[0] as { message: string }).message;
}

test("rescue and unrescue: the server's own image, the same passphrase, one action each", async () => {
  const id = await made(cloud.demo, image, { flavorRef: vtpm });
  const [passphrase] = cloud.host.passphrases.slice(-1);
  const answer = await act(id, { rescue: null });
  expect([answer.status, answer.body]).toEqual([200, { adminPass: expect.stringMatching(/^[\w-]{12}$/) }]);
  expect(await settled(id)).toMatchObject({
    status: "RESCUE",
    "OS-EXT-STS:vm_state": "rescued",
    "OS-EXT-STS:power_state": 1,
  });
  expect(cloud.host.servers.get(id)).toMatchObject({
    rescue: { device: "disk", bus: "virtio", stable: false },
    rescueDisk: true,
    disks: true,
    powerState: "running",
  });
  expect((await act(id, { unrescue: null })).status).toBe(202);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE", "OS-EXT-STS:vm_state": "active" });
  expect(cloud.host.servers.get(id)).toMatchObject({ powerState: "running", disks: true });
  expect(cloud.host.servers.get(id)?.rescue).toBeUndefined();
  expect(cloud.host.servers.get(id)?.rescueDisk).toBeUndefined();
  expect(cloud.host.passphrases.slice(-2)).toEqual([passphrase, passphrase]);
  const { body } = await cloud.admin.send("GET", `${servers}/${id}/os-instance-actions`);
  const actions = body.instanceActions as { action: string; request_id: string; message: unknown }[];
  expect(actions.map(({ action, message: said }) => [action, said])).toEqual([
    ["unrescue", null],
    ["rescue", null],
    ["create", null],
  ]);
  const path = `${servers}/${id}/os-instance-actions/${actions[1]?.request_id}`;
  const { events } = (await cloud.admin.send("GET", path)).body.instanceAction;
  expect(events).toMatchObject([{ event: "compute_rescue_instance", result: "Success" }]);
  await remove(id);
});

test.each([
  [{}, { device: "disk", bus: "virtio", stable: false }],
  [{ hw_rescue_device: "disk" }, { device: "disk", bus: "virtio", stable: true }],
  [{ hw_rescue_bus: "usb" }, { device: "disk", bus: "usb", stable: true }],
  [{ hw_rescue_device: "cdrom" }, { device: "cdrom", bus: "ide", stable: true }],
  [
    { hw_rescue_device: "cdrom", hw_cdrom_bus: "sata" },
    { device: "cdrom", bus: "sata", stable: true },
  ],
  [
    { hw_rescue_device: "disk", hw_rescue_bus: "scsi" },
    { device: "disk", bus: "scsi", stable: true },
  ],
])("a given image says how it is attached: %j", async (properties, rescue) => {
  const id = await made(cloud.demo, image);
  const rescuer = await imageMake(cloud.demo, properties);
  const answer = await act(
    id,
    { rescue: { rescue_image_ref: rescuer, adminPass: "given" } },
    cloud.demo,
    "2.87",
  );
  expect([answer.status, answer.body]).toEqual([200, { adminPass: "given" }]);
  expect(await settled(id)).toMatchObject({ status: "RESCUE", image: { id: image } });
  expect(cloud.host.servers.get(id)?.rescue).toEqual(rescue);
  await remove(id);
  expect(cloud.host.servers.has(id)).toBe(false);
});

test("an image that cannot rescue is refused, and the server is left as it was", async () => {
  const id = await made(cloud.demo, image);
  const calls = cloud.host.calls.length;
  const floppy = await imageMake(cloud.demo, { hw_rescue_device: "floppy" });
  const xen = await imageMake(cloud.demo, { hw_rescue_bus: "xen" });
  const foreign = await imageMake(cloud.admin);
  for (const [ref, status, said] of [
    [floppy, 400, "Requested rescue device 'floppy' is not supported"],
    [xen, 400, "Requested rescue bus 'xen' is not supported by the libvirt driver"],
    [foreign, 400, /^Requested rescue image '.*' is not supported: /],
    ["9a0b0f7c-90a1-4ae3-b1cf-8d2a2a5d9c11", 400, /^Requested rescue image '.*' is not supported: /],
    ["no uuid", 400, /rescue_image_ref/],
  ] as const) {
    const answer = await act(id, { rescue: { rescue_image_ref: ref } });
    expect([answer.status, message(answer)]).toEqual([status, expect.stringMatching(said)]);
  }
  for (const body of [
    { rescue: {}, more: 1 },
    { rescue: { more: 1 } },
    { rescue: "yes" },
    { unrescue: null, more: 1 },
  ])
    expect((await act(id, body)).status).toBe(400);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  expect(cloud.host.calls.length).toBe(calls);
  await remove(id);
});

test("the states from which it is permitted, and what a rescued server permits", async () => {
  const id = await made(cloud.demo, image);
  const refused = await act(id, { unrescue: null });
  expect([refused.status, message(refused)]).toEqual([
    409,
    `Cannot 'unrescue' instance ${id} while it is in vm_state active`,
  ]);
  await act(id, { pause: null });
  expect(await settled(id)).toMatchObject({ status: "PAUSED" });
  expect((await act(id, { rescue: null })).status).toBe(409);
  await act(id, { unpause: null });
  await settled(id);
  await act(id, { "os-stop": null });
  expect(await settled(id)).toMatchObject({ status: "SHUTOFF" });
  const stops = (): number => cloud.host.calls.filter((call) => call === "domainStop").length;
  const before = stops();
  expect((await act(id, { rescue: null })).status).toBe(200);
  expect(await settled(id)).toMatchObject({ status: "RESCUE" });
  // Nobody is asked to shut down what is off.
  expect(stops()).toBe(before);
  for (const body of [
    { rescue: null },
    { "os-start": null },
    { "os-stop": null },
    { pause: null },
    { suspend: null },
    { reboot: { type: "HARD" } },
  ]) {
    const answer = await act(id, body);
    expect([answer.status, message(answer)]).toEqual([409, expect.stringMatching(/in vm_state rescued$/)]);
  }
  await remove(id);
});

test("who may not read the passphrase rescues nothing", async () => {
  const id = await made(cloud.demo, image, { flavorRef: vtpm });
  const calls = cloud.host.calls.length;
  for (const body of [{ rescue: null }, { unrescue: null }]) {
    const answer = await act(id, body, cloud.admin);
    expect([answer.status, message(answer)]).toEqual([403, expect.stringContaining("acl user add")]);
    expect(cloud.host.calls.slice(calls)).not.toContain("domainUndefine");
    expect((await act(id, { rescue: null })).status).toBe("rescue" in body ? 200 : 409);
    expect(await settled(id)).toMatchObject({ status: "RESCUE" });
    cloud.host.calls.length = calls;
  }
  await remove(id);
});

test("a rescue that fails leaves the server with its own domain, off when it had to go off", async () => {
  const id = await made(cloud.demo, image);
  cloud.host.failNext("rescueDiskCreate", "conflict");
  expect((await act(id, { rescue: null })).status).toBe(200);
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  cloud.host.failNext("domainStart", "conflict");
  expect((await act(id, { rescue: null })).status).toBe(200);
  expect(await settled(id)).toMatchObject({ status: "SHUTOFF", "OS-EXT-STS:power_state": 4 });
  const left = cloud.host.servers.get(id);
  expect(left).toMatchObject({ domain: true, disks: true, powerState: "shutdown" });
  expect([left?.rescue, left?.rescueDisk]).toEqual([undefined, undefined]);
  await act(id, { "os-start": null });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  await remove(id);
});

test("an unrescue that fails says so; a hard reboot mends it", async () => {
  const id = await made(cloud.demo, image);
  // Before the rescue's disk is gone, and after.
  for (const command of ["domainDefine", "domainStart"] as const) {
    await act(id, { rescue: null });
    expect(await settled(id)).toMatchObject({ status: "RESCUE" });
    cloud.host.failNext(command, "conflict");
    expect((await act(id, { unrescue: null })).status).toBe(202);
    expect(await settled(id)).toMatchObject({
      status: "ERROR",
      fault: { message: `${command} fails by script` },
    });
    await act(id, { reboot: { type: "HARD" } });
    expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
    const { rescue, rescueDisk } = cloud.host.servers.get(id) ?? {};
    expect([rescue, rescueDisk]).toEqual([undefined, undefined]);
  }
  await remove(id);
});

test("a rescued server that goes off, or is found by a new control plane, is rescued still", async () => {
  const id = await made(cloud.demo, image);
  await act(id, { rescue: null });
  expect(await settled(id)).toMatchObject({ status: "RESCUE" });
  await cloud.restart();
  await cloud.host.register();
  const server = cloud.host.servers.get(id);
  if (server) server.powerState = "shutdown";
  await cloud.host.register();
  await eventually(async () => {
    const { body } = await cloud.demo.send("GET", `${servers}/${id}`);
    expect(body.server.status).toBe("RESCUE");
    return body.server["OS-EXT-STS:power_state"] === 4 ? true : undefined;
  });
  await act(id, { unrescue: null });
  expect(await settled(id)).toMatchObject({ status: "ACTIVE" });
  await remove(id);
});

test("a locked server is not rescued", async () => {
  const { id } = (await create(cloud.demo, image)).body.server;
  await settled(id);
  await act(id, { lock: null });
  const answer = await act(id, { rescue: null });
  expect([answer.status, message(answer)]).toEqual([409, `Instance ${id} is locked`]);
  await remove(id);
});
