import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import type { GuestFacts } from "../../guest/console-facts.ts";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { realGuests } from "../kit/real-guests.ts";

const run = promisify(execFile);
const cloud = realCloudForTests();
const { imageNamed, flavorMake, create, settled, act, done, facts, newBoot, remove } = realGuests(cloud);

let image: string;
let server: string;
let first: GuestFacts;

beforeAll(async () => {
  image = await imageNamed("sealstone-guest");
  const flavorRef = await flavorMake("rebuild", { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-crb" });
  server = await create({ imageRef: image, flavorRef });
  expect(await settled(server)).toMatchObject({ status: "ACTIVE" });
  first = await freshBoot();
  expect([first.nv?.state, first.secret?.state]).toEqual(["written", "sealed"]);
});

const rebuild = (more: object = {}) => ({ rebuild: { imageRef: image, ...more } });

/** On a disk that was never booted. */
async function freshBoot(): Promise<GuestFacts> {
  const block = await newBoot(server);
  expect(block.boots).toBe(1);
  return block;
}

const stateFile = () => join("/var/lib/libvirt/swtpm", server, "tpm2", "tpm2-00.permall");
const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

async function secretIds(): Promise<string[]> {
  const { body } = await cloud().demo.send("GET", "/key-manager/v1/secrets");
  return (body.secrets as { secret_ref: string }[]).map(({ secret_ref: ref }) => ref);
}

/** Nothing that a rebuild puts aside is left, and libvirt holds no secret. */
async function expectTidy(): Promise<void> {
  const files = await readdir(join(cloud().instancesPath, "servers", server));
  expect(files.toSorted()).toEqual(["console.log", "disk", "tpm"]);
  const states = await readdir("/var/lib/libvirt/swtpm");
  expect(states.filter((name) => name.startsWith(server))).toEqual([server]);
  expect((await run("virsh", ["-q", "secret-list"])).stdout).not.toContain(server);
  expect(await secretIds()).toHaveLength(1);
}

test("a rebuild keeps the TPM: same EK, NV value and sealed secret, on a new disk", async () => {
  await done(server, rebuild({ name: "rebuilt" }), "ACTIVE");
  const now = await freshBoot();
  expect(now.problems).toEqual([]);
  expect(now.devices).toEqual(["/dev/tpm0", "/dev/tpmrm0"]);
  expect(now.ekSha256).toBe(first.ekSha256);
  expect(now.certificateSha256).toBe(first.certificateSha256);
  // A disk that remembers nothing, in front of a TPM that has it all.
  expect(now.nv).toEqual({ state: "read", value: first.nv?.value });
  expect(now.secret).toEqual({ state: "unsealed", value: first.secret?.value });
  await expectTidy();
  first = now;
});

test("a stopped server stays stopped, and its TPM is untouched", async () => {
  await done(server, { "os-stop": null }, "SHUTOFF");
  const state = sha256(await readFile(stateFile()));
  await done(server, rebuild(), "SHUTOFF");
  expect(sha256(await readFile(stateFile()))).toBe(state);
  await expectTidy();
  await done(server, { "os-start": null }, "ACTIVE");
  const now = await freshBoot();
  expect(now.ekSha256).toBe(first.ekSha256);
  expect(now.secret).toEqual({ state: "unsealed", value: first.secret?.value });
  first = now;
});

test("who may not read the passphrase is refused, and the guest runs on", async () => {
  const secrets = await secretIds();
  for (const more of [{}, { "sealstone:tpm": "replace" }])
    expect((await act(server, rebuild(more), cloud().admin)).status).toBe(403);
  expect(await secretIds()).toEqual(secrets);
  const now = await facts(server, ({ seq, bootId }) => seq > first.seq && bootId === first.bootId);
  expect(now.problems).toEqual([]);
});

test("kill -9 of the cloud in the midst of rebuilds: afterwards the server is whole, with its TPM", async () => {
  for (const afterMs of [150, 600, 1_500, 3_000]) {
    expect((await act(server, rebuild())).status).toBe(202);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await cloud().kill();
    await cloud().start();
    expect(await settled(server)).toMatchObject({ status: "ACTIVE" });
    const now = await freshBoot();
    expect(now.problems).toEqual([]);
    expect(now.ekSha256).toBe(first.ekSha256);
    expect(now.nv?.value).toBe(first.nv?.value);
    expect(now.secret).toEqual({ state: "unsealed", value: first.secret?.value });
    await expectTidy();
    first = now;
  }
});

test("a rebuild that cannot start the new server brings the old one back, disk and TPM", async () => {
  // An image that is no kernel: QEMU refuses it.
  const kernel = await cloud().demo.send("POST", "/image/v2/images", {
    name: "no kernel",
    disk_format: "aki",
    container_format: "aki",
  });
  const bytes = new TextEncoder().encode("this is no kernel");
  await cloud().demo.send("PUT", `/image/v2/images/${kernel.body.id}/file`, bytes);
  const { body: guest } = await cloud().demo.send("GET", `/image/v2/images/${image}`);
  const broken = await cloud().demo.send("POST", "/image/v2/images", {
    name: "broken",
    disk_format: "qcow2",
    container_format: "bare",
    kernel_id: kernel.body.id,
    ramdisk_id: guest.ramdisk_id,
  });
  const data = await fetch(`${cloud().url}/image/v2/images/${image}/file`, {
    headers: { "x-auth-token": cloud().demo.token },
  });
  const disk = new Uint8Array(await data.arrayBuffer());
  await cloud().demo.send("PUT", `/image/v2/images/${broken.body.id}/file`, disk);
  for (const more of [{}, { "sealstone:tpm": "replace" }]) {
    const wanted = { rebuild: { imageRef: broken.body.id, ...more } };
    expect((await act(server, wanted)).status).toBe(202);
    expect(await settled(server)).toMatchObject({ status: "ACTIVE", image: { id: image } });
    const now = await newBoot(server);
    expect(now.problems).toEqual([]);
    expect(now.boots).toBe((first.boots ?? 0) + 1);
    expect(now.ekSha256).toBe(first.ekSha256);
    expect(now.secret).toEqual({ state: "unsealed", value: first.secret?.value });
    await expectTidy();
    first = now;
  }
});

test("with `replace` the TPM is another one, and the old one is gone", async () => {
  const [secret] = await secretIds();
  const old = await readFile(stateFile());
  await done(server, rebuild({ "sealstone:tpm": "replace" }), "ACTIVE");
  const now = await freshBoot();
  expect(now.problems).toEqual([]);
  expect(now.tpmVersion).toBe("2.0");
  expect(now.ekSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(now.ekSha256).not.toBe(first.ekSha256);
  expect([now.nv?.state, now.secret?.state]).toEqual(["written", "sealed"]);
  expect(await secretIds()).not.toContain(secret);
  await expectTidy();
  const history = await cloud().admin.send("GET", `/compute/v2.1/servers/${server}/sealstone:tpm/history`);
  expect(JSON.stringify(history.body)).not.toContain(sha256(old));
  // It goes on as any other.
  await done(server, { reboot: { type: "HARD" } }, "ACTIVE");
  const again = await newBoot(server);
  expect(again.boots).toBe(2);
  expect(again.ekSha256).toBe(now.ekSha256);
  expect(again.secret).toEqual({ state: "unsealed", value: now.secret?.value });
});

test("the openstack client rebuilds", async () => {
  const openrc = join(cloud().statePath, "openrc-demo");
  const command = `. ${openrc}; openstack server rebuild --image ${image} --wait ${server}`;
  const { stdout } = await run("sh", ["-c", command]);
  expect(stdout).toContain("Complete");
  expect(await settled(server)).toMatchObject({ status: "ACTIVE" });
});

test("delete leaves nothing", async () => {
  await remove(server);
  expect(await readdir(join(cloud().instancesPath, "servers"))).toEqual([]);
  await eventually(async () => ((await secretIds()).length === 0 ? true : undefined), 60_000);
  const states = await readdir("/var/lib/libvirt/swtpm");
  expect(states.filter((name) => name.startsWith(server))).toEqual([]);
});
