import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GuestFacts } from "../../guest/console-facts.ts";
import { guestImages, type GuestImages } from "../kit/guest-images.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { realServerKit } from "../kit/real-servers.ts";

const run = promisify(execFile);
const cloud = realCloudForTests();
const { act, facts, gone, status } = realServerKit(() => cloud());
const servers = "/compute/v2.1/servers";
const gibibyteSectors = 1024 ** 3 / 512;
/** Of the guest's image. */
const imageSectors = (64 * 1024 ** 2) / 512;
const keypair = {
  name: "rescued",
  public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqN8e3m0o5t7rZx7o6nX2b8uK1w3s5f9d0c2v4y6h8j",
};
const userData = "#!/bin/sh\necho ün\n";

let images: GuestImages;
let id: string;
/** The first boot's first block, and the newest. */
let first: GuestFacts;
let last: GuestFacts;
const seen = new Set<string>();

beforeAll(async () => {
  images = await guestImages(cloud());
});
afterAll(async () => {
  if (id !== undefined) await cloud().demo.send("DELETE", `${servers}/${id}`);
});

/** The first block of the next boot. */
async function booted(of = id): Promise<GuestFacts> {
  const block = await facts(of, ({ bootId, seq }) => seq === 1 && !seen.has(bootId));
  seen.add(block.bootId);
  expect(block.problems).toEqual([]);
  if (of === id) last = block;
  return block;
}

/** Same chip: identity, NV value and the secret that is bound to nothing but the chip. */
function expectSameTpm(now: GuestFacts, then = first): void {
  expect(now.devices).toEqual(["/dev/tpm0", "/dev/tpmrm0"]);
  expect(now.ekSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(now.ekSha256).toBe(then.ekSha256);
  expect(now.certificateSha256).toBe(then.certificateSha256);
  expect(now.nv).toEqual({ state: "read", value: then.nv?.value });
  expect(now.secret).toEqual({ state: "unsealed", value: then.secret?.value });
}

function metadataOf(block: GuestFacts): Record<string, unknown> {
  return JSON.parse(block.configDrive.get("openstack/latest/meta_data.json")?.toString() ?? "{}") as Record<
    string,
    unknown
  >;
}

async function nothingLeaks(): Promise<void> {
  const { stdout } = await run("virsh", ["-q", "secret-list"]);
  expect(stdout).not.toContain(id);
  const state = await readFile(`/var/lib/libvirt/swtpm/${id}/tpm2/tpm2-00.permall`);
  // swtpm's blob header: bit 0 of its flags: encrypted.
  expect(state.readUInt16BE(4) & 1).toBe(1);
}

async function disks(): Promise<string[]> {
  const names = await readdir(join(cloud().instancesPath, "servers", id));
  return names.filter((name) => name.startsWith("disk")).toSorted((a, b) => a.localeCompare(b));
}

test("a guest reads its config drive, as cloud-init does, and seals a secret to what it booted", async () => {
  await cloud().demo.send("POST", "/compute/v2.1/os-keypairs", { keypair });
  const image = await images.make("own", "pcr_secret=1 config_drive=1");
  const server = {
    name: "Rescued 1",
    imageRef: image,
    flavorRef: await images.flavor("vtpm.small"),
    networks: "none",
    config_drive: true,
    adminPass: "the first password",
    key_name: "rescued",
    metadata: { role: "walked" },
    user_data: Buffer.from(userData).toString("base64"),
    personality: [{ path: "/etc/motd", contents: Buffer.from("hello\n").toString("base64") }],
  };
  const answer = await cloud().demo.send("POST", servers, { server }, "2.56");
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  id = answer.body.server.id as string;
  await status(id, "ACTIVE");
  first = await booted();
  expect([first.nv?.state, first.secret?.state, first.pcrSecret?.state]).toEqual([
    "written",
    "sealed",
    "sealed",
  ]);
  expect(first.blockDevices.get("vda")).toBe(gibibyteSectors);
  expect([...first.blockDevices.keys()]).toEqual(["vda", "sr0"]);
  expect(metadataOf(first)).toMatchObject({
    uuid: id,
    name: "Rescued 1",
    hostname: "rescued-1",
    meta: { role: "walked" },
    admin_pass: "the first password",
    public_keys: { rescued: keypair.public_key },
    keys: [{ name: "rescued", type: "ssh", data: keypair.public_key }],
    files: [{ path: "/etc/motd", content_path: "/content/0000" }],
    availability_zone: "nova",
    project_id: cloud().demo.projectId,
  });
  const text = (path: string): string | undefined => first.configDrive.get(path)?.toString();
  expect(text("openstack/latest/user_data")).toBe(userData);
  expect(text("openstack/content/0000")).toBe("hello\n");
  expect(text("openstack/latest/network_data.json")).toBe("{}");
  expect(text("openstack/latest/vendor_data.json")).toBe("{}");
  expect(text("ec2/latest/user-data")).toBe(userData);
  expect(JSON.parse(text("ec2/latest/meta-data.json") ?? "{}")).toMatchObject({ hostname: "rescued-1" });
  const drive = join(cloud().instancesPath, "servers", id, "disk.config");
  const { stdout } = await run("blkid", ["-o", "value", "-s", "LABEL", "-s", "TYPE", drive]);
  expect(
    stdout
      .trim()
      .split("\n")
      .toSorted((a, b) => a.localeCompare(b)),
  ).toEqual(["config-2", "iso9660"]);
});

test("the same system again opens what is sealed to it", async () => {
  await act(id, { reboot: { type: "HARD" } }, "ACTIVE");
  expectSameTpm(await booted());
  expect(last.pcrSecret).toEqual({ state: "unsealed", value: first.pcrSecret?.value });
  expect(metadataOf(last)).toMatchObject({ admin_pass: "the first password" });
});

test("a rescue system sees the same TPM; what is sealed to the other system stays sealed", async () => {
  const rescuer = await images.make("rescuer", "pcr_secret=1 config_drive=1 rescued=1");
  const rescue = { rescue_image_ref: rescuer, adminPass: "the rescue's password" };
  const answer = await act(id, { rescue }, "RESCUE");
  expect([answer.status, answer.body]).toEqual([200, { adminPass: "the rescue's password" }]);
  expectSameTpm(await booted());
  expect(last.pcrSecret?.state).toBe("locked");
  // Its own disk is the second, and a new disk of the image's size the first.
  expect([...last.blockDevices]).toEqual([
    ["vda", imageSectors],
    ["vdb", gibibyteSectors],
    ["sr0", expect.any(Number)],
  ]);
  expect(last.boots).toBe(1);
  expect(metadataOf(last)).toMatchObject({ uuid: id, admin_pass: "the rescue's password" });
  expect(await disks()).toEqual(["disk", "disk.config", "disk.config.rescue", "disk.rescue"]);
  await nothingLeaks();
});

test("the cloud is killed and started again: the server is rescued still", async () => {
  await cloud().kill();
  await cloud().start();
  await status(id, "RESCUE");
});

test("after the rescue it boots from its own disk, and opens what is sealed to it", async () => {
  expect((await act(id, { unrescue: null }, "ACTIVE")).status).toBe(202);
  expectSameTpm(await booted());
  expect(last.pcrSecret).toEqual({ state: "unsealed", value: first.pcrSecret?.value });
  expect(last.blockDevices.get("vda")).toBe(gibibyteSectors);
  expect(last.boots).toBe(3);
  expect(metadataOf(last)).toMatchObject({ admin_pass: "the first password" });
  expect(await disks()).toEqual(["disk", "disk.config"]);
  await nothingLeaks();
});

test("its own image rescues it too, out of SHUTOFF", async () => {
  await act(id, { "os-stop": null }, "SHUTOFF");
  await act(id, { rescue: null }, "RESCUE");
  expectSameTpm(await booted());
  // It measures what the server's own system does, because it is the same one.
  expect(last.pcrSecret).toEqual({ state: "unsealed", value: first.pcrSecret?.value });
  expect([last.blockDevices.get("vda"), last.blockDevices.get("vdb")]).toEqual([
    imageSectors,
    gibibyteSectors,
  ]);
  await act(id, { unrescue: null }, "ACTIVE");
  expectSameTpm(await booted());
  expect(last.boots).toBe(4);
});

// Two servers at a time.
describe.concurrent("QEMU has a place for a rescue's", () => {
  test("disk on USB, SCSI and SATA", async () => {
    for (const bus of ["usb", "scsi", "sata"]) await expectPlace({ id, first }, "disk", bus);
  });

  test("CD on IDE and SATA", async () => {
    const imageRef = await images.make("another", "pcr_secret=1");
    const flavorRef = await images.flavor("vtpm.small");
    const server = { name: "another", imageRef, flavorRef, networks: "none" };
    const { body } = await cloud().demo.send("POST", servers, { server }, "2.37");
    const another = { id: body.server.id as string, first: await booted(body.server.id) };
    await status(another.id, "ACTIVE");
    for (const bus of ["ide", "sata"]) await expectPlace(another, "cdrom", bus);
    await gone(another.id);
  });
});

/** The server is rescued by this device, and runs again afterwards. */
async function expectPlace(
  server: { readonly id: string; readonly first: GuestFacts },
  device: string,
  bus: string,
): Promise<void> {
  const properties = { hw_rescue_device: device, hw_rescue_bus: bus };
  const rescuer = await images.make(`${device}-${bus}`, "pcr_secret=1", properties);
  await act(server.id, { rescue: { rescue_image_ref: rescuer } }, "RESCUE");
  const now = await booted(server.id);
  expectSameTpm(now, server.first);
  // Its own devices are where they were.
  expect(now.blockDevices.get("vda")).toBe(gibibyteSectors);
  const { stdout } = await run("virsh", ["domblklist", "--details", `instance-${server.id}`]);
  expect(stdout).toMatch(new RegExp(`file +${device} +\\S+ +\\S*/disk\\.rescue\n`));
  await act(server.id, { unrescue: null }, "ACTIVE");
  expectSameTpm(await booted(server.id), server.first);
}

test("with stable devices the server's own keep their names, and the rescue's is the last", async () => {
  const boots = last.boots ?? 0;
  const stable = await images.make("stable", "pcr_secret=1 config_drive=1 rescued=1", {
    hw_rescue_device: "disk",
    hw_rescue_bus: "virtio",
  });
  await act(id, { rescue: { rescue_image_ref: stable } }, "RESCUE");
  expectSameTpm(await booted());
  expect(last.pcrSecret?.state).toBe("locked");
  expect([last.blockDevices.get("vda"), last.blockDevices.get("vdb")]).toEqual([
    gibibyteSectors,
    imageSectors,
  ]);
  expect(last.boots).toBe(boots + 1);
});

test("who may not read the passphrase rescues and unrescues nothing", async () => {
  const answer = await cloud().admin.send("POST", `${servers}/${id}/action`, { unrescue: null });
  expect(answer.status).toBe(403);
  await status(id, "RESCUE");
  expect((await facts(id, () => true)).bootId).toBe(last.bootId);
});

test("a rescued server is deleted with everything of it", async () => {
  await gone(id);
  expect(await readdir(join(cloud().instancesPath, "servers"))).toEqual([]);
  expect(await readdir("/var/lib/libvirt/swtpm")).not.toContain(id);
  expect(await cloud().domains()).toEqual([]);
  expect((await cloud().demo.send("GET", "/key-manager/v1/secrets")).body.secrets).toEqual([]);
});
