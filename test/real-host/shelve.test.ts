import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import type { GuestFacts } from "../../guest/console-facts.ts";
import { guestImages, type GuestImages } from "../kit/guest-images.ts";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { realServerKit } from "../kit/real-servers.ts";

const run = promisify(execFile);
const cloud = realCloudForTests();
const { act, facts, gone, status } = realServerKit(() => cloud());
const servers = "/compute/v2.1/servers";

let images: GuestImages;
let id: string;
let first: GuestFacts;
const seen = new Set<string>();

beforeAll(async () => {
  images = await guestImages(cloud());
});

/** The first block of the next boot: the same chip, the same disk, and what was sealed to the system opens. */
async function booted(boots: number): Promise<GuestFacts> {
  const block = await facts(id, ({ bootId, seq }) => seq === 1 && !seen.has(bootId));
  seen.add(block.bootId);
  expect(block.problems).toEqual([]);
  expect(block.boots).toBe(boots);
  if (boots === 1) return block;
  expect(block.devices).toEqual(first.devices);
  expect(block.ekSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(block.ekSha256).toBe(first.ekSha256);
  expect(block.certificateSha256).toBe(first.certificateSha256);
  expect(block.nv).toEqual({ state: "read", value: first.nv?.value });
  expect(block.secret).toEqual({ state: "unsealed", value: first.secret?.value });
  expect(block.pcrSecret).toEqual({ state: "unsealed", value: first.pcrSecret?.value });
  return block;
}

async function folder(path: string): Promise<string[]> {
  return (await readdir(path)).toSorted((a, b) => a.localeCompare(b));
}

/** Nothing of the server: no domain, disk, console, TPM state, libvirt secret. */
async function nothingOnTheHost(): Promise<void> {
  expect(await cloud().domains()).toEqual([]);
  expect(await folder(join(cloud().instancesPath, "servers"))).toEqual([]);
  expect(await folder("/var/lib/libvirt/swtpm")).not.toContain(id);
  expect((await run("virsh", ["-q", "secret-list"])).stdout).not.toContain(id);
  const providers = await cloud().admin.send("GET", "/placement/resource_providers");
  const [{ uuid }] = providers.body.resource_providers as [{ uuid: string }];
  const { body } = await cloud().admin.send("GET", `/placement/resource_providers/${uuid}/allocations`);
  expect(body.allocations).toEqual({});
}

async function vault(): Promise<{ vault: string; state: { generation: number; sha256: string } }> {
  const { body } = await cloud().demo.send("GET", `${servers}/${id}/sealstone:tpm`);
  return body["sealstone:tpm"] as { vault: string; state: { generation: number; sha256: string } };
}

async function shelvedImages(): Promise<{ id: string; name: string; status: string; size: number }[]> {
  const { body } = await cloud().demo.send("GET", "/image/v2/images?name=shelved-guest-shelved");
  return body.images as { id: string; name: string; status: string; size: number }[];
}

async function cached(): Promise<string[]> {
  return folder(join(cloud().instancesPath, "_base"));
}

test("a guest with a TPM 2.0 boots", async () => {
  const server = {
    name: "shelved-guest",
    imageRef: await images.make("own", "pcr_secret=1"),
    flavorRef: await images.flavor("vtpm.small"),
    networks: "none",
  };
  const answer = await cloud().demo.send("POST", servers, { server }, "2.37");
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  id = answer.body.server.id as string;
  await status(id, "ACTIVE");
  first = await booted(1);
  expect(first.pcrSecret?.state).toBe("sealed");
});

test("shelved, its host has nothing of it: disk in the image, TPM in the vault, encrypted", async () => {
  const before = await cached();
  await act(id, { shelve: null }, "SHELVED_OFFLOADED");
  await nothingOnTheHost();
  expect(await cached()).toEqual(before);
  expect(await vault()).toMatchObject({ vault: "resting" });
  expect(await shelvedImages()).toMatchObject([{ status: "active" }]);
  const history = await cloud().admin.send("GET", `${servers}/${id}/sealstone:tpm/history`);
  expect(history.status).toBe(200);
  expect((await cloud().demo.send("GET", "/key-manager/v1/secrets")).body.secrets).toHaveLength(1);
});

test("who may not read the passphrase does not unshelve it", async () => {
  const answer = await cloud().admin.send("POST", `${servers}/${id}/action`, { unshelve: null });
  expect(answer.status).toBe(403);
  await status(id, "SHELVED_OFFLOADED");
  await nothingOnTheHost();
});

test("unshelved, it is the same disk and the same TPM, and image and copy are gone", async () => {
  const resting = (await vault()).state;
  const before = await cached();
  await act(id, { unshelve: null }, "ACTIVE");
  await booted(2);
  expect((await vault()).vault).toBe("running");
  const history = (await cloud().admin.send("GET", `${servers}/${id}/sealstone:tpm/history`)).body;
  expect(JSON.stringify(history)).toContain(resting.sha256);
  await eventually(async () => ((await shelvedImages()).length === 0 ? true : undefined), 60_000);
  expect(await cached()).toEqual(before);
  expect((await run("virsh", ["-q", "secret-list"])).stdout).not.toContain(id);
  const state = await readFile(`/var/lib/libvirt/swtpm/${id}/tpm2/tpm2-00.permall`);
  // swtpm's blob header: bit 0 of its flags: encrypted.
  expect(state.readUInt16BE(4) & 1).toBe(1);
  const { mode } = await stat(join(cloud().instancesPath, "servers", id, "disk"));
  expect(mode & 0o077).toBe(0);
});

test("out of SUSPENDED: the memory is not kept, the TPM is", async () => {
  await act(id, { suspend: null }, "SUSPENDED");
  await act(id, { shelve: null }, "SHELVED_OFFLOADED");
  await nothingOnTheHost();
  expect(await vault()).toMatchObject({ vault: "resting" });
  await act(id, { unshelve: null }, "ACTIVE");
  await booted(3);
});

test("a cloud that is killed while it shelves and while it unshelves ends what it began", async () => {
  const path = `${servers}/${id}/action`;
  const shelve = await cloud().demo.send("POST", path, { shelve: null });
  expect(shelve.status).toBe(202);
  await cloud().kill();
  await cloud().start();
  await status(id, "SHELVED_OFFLOADED");
  await nothingOnTheHost();
  expect((await cloud().demo.send("POST", path, { unshelve: null })).status).toBe(202);
  await cloud().kill();
  await cloud().start();
  await status(id, "ACTIVE");
  await booted(4);
});

test("out of SHUTOFF", async () => {
  await act(id, { "os-stop": null }, "SHUTOFF");
  await act(id, { shelve: null }, "SHELVED_OFFLOADED");
  await act(id, { unshelve: null }, "ACTIVE");
  await booted(5);
});

test("a shelved server is deleted with its image, its TPM and its secret", async () => {
  await act(id, { shelve: null }, "SHELVED_OFFLOADED");
  await gone(id);
  expect(await shelvedImages()).toEqual([]);
  await nothingOnTheHost();
  expect((await cloud().demo.send("GET", "/key-manager/v1/secrets")).body.secrets).toEqual([]);
});
