import { execFile } from "node:child_process";
import { mkdir, readFile, readdir, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import type { GuestFacts } from "../../guest/console-facts.ts";
import { eventually, type Answer } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { processesWith } from "../kit/processes.ts";
import { realGuests } from "../kit/real-guests.ts";

const run = promisify(execFile);
const cloud = realCloudForTests();
const { imageNamed, flavorMake, create, settled, act, done, facts, remove } = realGuests(cloud);

let flavorRef: string;
let origin: string;
let first: GuestFacts;
const made: string[] = [];

beforeAll(async () => {
  flavorRef = await flavorMake("snapshot", { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-crb" });
  origin = await create({ imageRef: await imageNamed("sealstone-guest"), flavorRef });
  expect(await settled(origin)).toMatchObject({ status: "ACTIVE" });
  first = await facts(origin, ({ seq }) => seq === 1);
});

async function imageOf(id: string): Promise<Answer> {
  return cloud().demo.send("GET", `/image/v2/images/${id}`);
}

async function snapshot(name: string): Promise<string> {
  const answer = await act(origin, { createImage: { name } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  await settled(origin);
  const imageId = answer.body.image_id as string;
  const { body } = await cloud().admin.send("GET", `/compute/v2.1/servers/${origin}/os-instance-actions`);
  expect((await imageOf(imageId)).body, JSON.stringify(body)).toMatchObject({
    status: "active",
    disk_format: "qcow2",
    virtual_size: 1024 ** 3,
    hw_tpm_version: "2.0",
    hw_tpm_model: "tpm-crb",
  });
  expect(await copies()).toEqual([]);
  made.push(imageId);
  return imageId;
}

/** Files of the server's folder that belong to an image on its way. */
async function copies(): Promise<string[]> {
  const names = await readdir(join(cloud().instancesPath, "servers", origin));
  return names.filter((name) => name.startsWith("snapshot-"));
}

/** A server from the image: the disk is the first one's, the TPM is its own. */
async function expectCopy(imageRef: string, boots: number): Promise<void> {
  const copy = await create({ imageRef, flavorRef });
  expect(await settled(copy)).toMatchObject({ status: "ACTIVE" });
  const block = await facts(copy, ({ seq }) => seq === 1);
  expect(block.boots).toBe(boots);
  expect(block.tpmVersion).toBe("2.0");
  expect(block.ekSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(block.ekSha256).not.toBe(first.ekSha256);
  // The disk remembers what the first server's TPM has and this one never had.
  expect([block.nv?.state, block.secret?.state]).toEqual(["lost", "lost"]);
  await remove(copy);
}

test("an image of a running server: the disk as it was, a TPM of its own; the guest runs on", async () => {
  const imageId = await snapshot("running");
  await run("qemu-img", ["check", await imageFile(imageId)]);
  const now = await facts(origin, ({ seq }) => seq > 1);
  expect(now.bootId).toBe(first.bootId);
  expect(now.problems).toEqual([]);
  await expectCopy(imageId, 2);
});

test("of a paused, a stopped and a suspended server, which stays so", async () => {
  await done(origin, { pause: null }, "PAUSED");
  await snapshot("paused");
  expect(await settled(origin)).toMatchObject({ status: "PAUSED" });
  await done(origin, { unpause: null }, "ACTIVE");
  await done(origin, { suspend: null }, "SUSPENDED");
  await snapshot("suspended");
  expect(await settled(origin)).toMatchObject({ status: "SUSPENDED" });
  await done(origin, { resume: null }, "ACTIVE");
  await facts(origin, ({ bootId }) => bootId === first.bootId);
  await done(origin, { "os-stop": null }, "SHUTOFF");
  const stopped = await snapshot("stopped");
  expect(await settled(origin)).toMatchObject({ status: "SHUTOFF" });
  await done(origin, { "os-start": null }, "ACTIVE");
  const now = await facts(origin, ({ boots }) => boots === 2);
  expect(now.ekSha256).toBe(first.ekSha256);
  expect(now.nv).toEqual({ state: "read", value: first.nv?.value });
  expect(now.secret).toEqual({ state: "unsealed", value: first.secret?.value });
  await expectCopy(stopped, 2);
});

test("deleting the image while the copy is made ends the copy, and nothing is left of it", async () => {
  await diskFill();
  const answer = await act(origin, { createImage: { name: "cancelled" } });
  await eventually(async () => ((await copies()).length > 0 ? true : undefined), 60_000);
  await cloud().demo.send("DELETE", `/image/v2/images/${answer.body.image_id}`);
  expect(await settled(origin)).toMatchObject({ status: "ACTIVE" });
  expect(await copies()).toEqual([]);
  const jobs = await run("virsh", ["domjobinfo", origin]);
  expect(jobs.stdout).toMatch(/Job type:\s+None/);
  expect((await imageOf(answer.body.image_id)).status).toBe(404);
});

test("a kill -9 of the cloud during a copy: afterwards the image is whole, and no copy is left", async () => {
  const answer = await act(origin, { createImage: { name: "killed" } });
  await eventually(async () => ((await copies()).length > 0 ? true : undefined), 60_000);
  await cloud().kill();
  await cloud().start();
  expect(await settled(origin)).toMatchObject({ status: "ACTIVE" });
  expect(await copies()).toEqual([]);
  const { body } = await imageOf(answer.body.image_id);
  expect(body.status).toBe("active");
  await run("qemu-img", ["check", await imageFile(answer.body.image_id)]);
});

test("a full disk, the host's or the image service's, is said and leaves neither copy nor image", async () => {
  await done(origin, { "os-stop": null }, "SHUTOFF");
  const server = join(cloud().instancesPath, "servers", origin);
  const images = join(cloud().statePath, "images");
  for (const [folder, said] of [
    [server, "The host has no room for a copy of the server's disk"],
    [images, "Image storage media is full"],
  ] as const) {
    const answer = await withLittleRoom(folder, async () => {
      const asked = await act(origin, { createImage: { name: "no room" } });
      expect(await settled(origin)).toMatchObject({ status: "SHUTOFF" });
      if (folder === images) expect(await readdir(images)).toEqual([]);
      return asked;
    });
    expect((await imageOf(answer.body.image_id)).status).toBe(404);
    expect(await copies()).toEqual([]);
    expect(await lastDetails()).toContain(said);
  }
});

test("a disk that becomes full in the midst of a copy is said, and the copy goes", async () => {
  expect(await settled(origin)).toMatchObject({ status: "SHUTOFF" });
  const server = join(cloud().instancesPath, "servers", origin);
  const answer = await withLittleRoom(
    server,
    async (mount) => {
      const asked = await act(origin, { createImage: { name: "filled" } });
      const copier = await eventually(
        async () => (await processesWith(/qemu-img$/, [`${origin}/snapshot-`]))[0],
        60_000,
      );
      process.kill(copier, "SIGSTOP");
      await roomTake(mount);
      process.kill(copier, "SIGCONT");
      expect(await settled(origin)).toMatchObject({ status: "SHUTOFF" });
      expect(await copies()).toEqual([]);
      return asked;
    },
    1_400 * mebibyte,
  );
  expect((await imageOf(answer.body.image_id)).status).toBe(404);
  expect(await lastDetails()).toMatch(
    /^The host has no room for a copy of the server's disk\. .*No space left/s,
  );
  await done(origin, { "os-start": null }, "ACTIVE");
});

test("the openstack client makes an image and a backup", async () => {
  const openrc = join(cloud().statePath, "openrc-demo");
  const openstack = async (command: string) =>
    JSON.parse((await run("sh", ["-c", `. ${openrc}; openstack ${command} -f json`])).stdout) as {
      readonly status: string;
      readonly name: string;
    };
  expect(await openstack(`server image create --name by-client --wait ${origin}`)).toMatchObject({
    name: "by-client",
    status: "active",
  });
  const backup = `server backup create --name backup --type daily --rotate 1 --wait ${origin}`;
  // It prints the image as it was before it waited.
  expect(await openstack(backup)).toMatchObject({ name: "backup" });
  expect(await openstack("image show backup")).toMatchObject({ name: "backup", status: "active" });
});

test("with `copy` the image carries the TPM: what is made of it opens what was sealed; deleted with the image", async () => {
  await done(origin, { "os-stop": null }, "SHUTOFF");
  const answer = await act(origin, { createImage: { name: "with TPM", "sealstone:tpm": "copy" } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  expect(await settled(origin)).toMatchObject({ status: "SHUTOFF" });
  const imageRef = answer.body.image_id as string;
  expect((await imageOf(imageRef)).body.status).toBe("active");
  // The administrator may not read the image's passphrase.
  const wanted = { name: "x", imageRef, flavorRef, networks: "none" };
  const denied = await cloud().admin.send("POST", "/compute/v2.1/servers", { server: wanted }, "2.96");
  expect(denied.status).toBe(403);
  const copy = await create({ imageRef, flavorRef });
  expect(await settled(copy)).toMatchObject({ status: "ACTIVE" });
  const block = await facts(copy, ({ seq }) => seq === 1);
  expect(block.problems).toEqual([]);
  expect(block.ekSha256).toBe(first.ekSha256);
  expect(block.certificateSha256).toBe(first.certificateSha256);
  expect(block.nv).toEqual({ state: "read", value: first.nv?.value });
  expect(block.secret).toEqual({ state: "unsealed", value: first.secret?.value });
  // Under a passphrase of its own: the state is another, and a hard reboot needs the copy's secret alone.
  const stateOf = (id: string) => readFile(join("/var/lib/libvirt/swtpm", id, "tpm2", "tpm2-00.permall"));
  const [own, copied] = [await stateOf(origin), await stateOf(copy)];
  expect(copied.readUInt16BE(4) & 1).toBe(1);
  expect(copied.equals(own)).toBe(false);
  const names = async (): Promise<string[]> =>
    ((await cloud().demo.send("GET", "/key-manager/v1/secrets")).body.secrets as { name: string }[])
      .map(({ name }) => name.replace("vTPM secret for ", ""))
      .toSorted();
  expect(await names()).toEqual([`image ${imageRef}`, `instance ${copy}`, `instance ${origin}`].toSorted());
  expect((await cloud().demo.send("DELETE", `/image/v2/images/${imageRef}`)).status).toBe(204);
  await eventually(async () => ((await names()).length === 2 ? true : undefined), 60_000);
  await done(copy, { reboot: { type: "HARD" } }, "ACTIVE");
  const again = await facts(copy, ({ boots }) => boots === (block.boots ?? 0) + 1);
  expect(again.secret).toEqual({ state: "unsealed", value: first.secret?.value });
  await remove(copy);
  expect(await names()).toEqual([`instance ${origin}`]);
});

test("deleting the server leaves nothing of it, and its images stay", async () => {
  await remove(origin);
  expect(await readdir(join(cloud().instancesPath, "servers"))).toEqual([]);
  for (const imageId of made) expect((await imageOf(imageId)).body.status).toBe("active");
});

async function imageFile(imageId: string): Promise<string> {
  const folder = join(cloud().statePath, "images");
  const name = (await readdir(folder)).find((file) => file.startsWith(`${imageId}.`));
  return join(folder, name ?? "");
}

/** What administrators read of the server's last action. */
async function lastDetails(): Promise<string> {
  const path = `/compute/v2.1/servers/${origin}/os-instance-actions`;
  const { body } = await cloud().admin.send("GET", path, undefined, "2.96");
  const [{ request_id: id }] = body.instanceActions;
  const one = await cloud().admin.send("GET", `${path}/${id}`, undefined, "2.96");
  return one.body.instanceAction.events[0].details as string;
}

const mebibyte = 1024 ** 2;

/** With a file system of its own under the folder that has room for what is in it, up to 1 GiB of it, and hardly more. */
async function withLittleRoom<T>(
  folder: string,
  use: (mount: string) => Promise<T>,
  most = 700 * mebibyte,
): Promise<T> {
  const aside = `${folder}-aside`;
  const isServer = folder.includes("/servers/");
  const bytes = isServer ? most : 64 * 1024;
  await run("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=0711`, "tmpfs", await emptied(aside)]);
  try {
    if (isServer) await run("cp", ["-a", "--sparse=always", `${folder}/.`, aside]);
    await run("mount", ["--bind", aside, folder]);
    try {
      return await use(aside);
    } finally {
      await run("umount", [folder]);
    }
  } finally {
    await run("umount", [aside]);
    await rm(aside, { recursive: true });
  }
}

/** From now on hardly anything fits on this tmpfs, to which nobody writes meanwhile. */
async function roomTake(mount: string): Promise<void> {
  const { blocks, bfree, bsize } = await statfs(mount);
  const size = (blocks - bfree) * bsize + 8 * mebibyte;
  await run("mount", ["-o", `remount,size=${size}`, mount]);
}

async function emptied(folder: string): Promise<string> {
  await mkdir(folder);
  return folder;
}

/** Makes the server's disk so large that a copy takes a while: bytes that no copy can leave out, beyond what the guest uses. */
async function diskFill(): Promise<void> {
  await done(origin, { "os-stop": null }, "SHUTOFF");
  const disk = join(cloud().instancesPath, "servers", origin, "disk");
  const script = `qemu-io -c "write -P 0x5a 256M 512M" ${disk}`;
  await run("sh", ["-c", script]);
  await done(origin, { "os-start": null }, "ACTIVE");
}
