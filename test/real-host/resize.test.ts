import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeAll, expect, test } from "vitest";
import { parseGuestFacts, type GuestFacts } from "../../guest/console-facts.ts";
import { bytesFind } from "../kit/bytes-find.ts";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";

const run = promisify(execFile);
const servers = "/compute/v2.1/servers";
const swtpmFolder = "/var/lib/libvirt/swtpm";
const bootTimeoutMs = 500_000;
const version = "2.96";

const cloud = realCloudForTests();
const flavors: Record<string, string> = {};
let id: string;
/** What the guest said at its first boot. */
let first: GuestFacts;
/** Boots whose facts were looked at. */
const seen = new Set<string>();

beforeAll(async () => {
  const make = async (name: string, size: object, specs: object): Promise<void> => {
    const flavor = { name, ram: 256, vcpus: 1, disk: 1, ...size };
    const answer = await cloud().admin.send("POST", "/compute/v2.1/flavors", { flavor });
    flavors[name] = answer.body.flavor.id as string;
    const path = `/compute/v2.1/flavors/${flavors[name]}/os-extra_specs`;
    await cloud().admin.send("POST", path, { extra_specs: specs });
  };
  const tpm = { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-crb" };
  await make("small", {}, tpm);
  await make("large", { ram: 320, vcpus: 2, disk: 2 }, tpm);
  await make("tis", { disk: 2 }, { ...tpm, "hw:tpm_model": "tpm-tis" });
  await make("plain", { ram: 320, disk: 2 }, {});
  const images = await cloud().demo.send("GET", "/image/v2/images?name=sealstone-guest");
  const imageRef = images.body.images[0].id as string;
  const server = { name: "r", imageRef, flavorRef: flavors["small"], networks: "none" };
  id = (await cloud().demo.send("POST", servers, { server }, "2.37")).body.server.id as string;
  await settled("ACTIVE");
  first = await nextBoot();
  expect(first).toMatchObject({
    problems: [],
    boots: 1,
    nv: { state: "written" },
    secret: { state: "sealed" },
  });
});

afterEach(async () => {
  const { stdout } = await run("virsh", ["-q", "secret-list"]);
  expect(stdout, "libvirt's secrets").not.toContain(id);
});

async function settled(wanted: string): Promise<void> {
  await eventually(async () => {
    const { body } = await cloud().demo.send("GET", `${servers}/${id}`, undefined, version);
    const { status, fault, "OS-EXT-STS:task_state": task } = body.server;
    if (task !== null) return undefined;
    if (status === wanted) return true;
    throw new Error(`${status} instead of ${wanted}: ${JSON.stringify(fault)} ${await failureOf()}`);
  }, bootTimeoutMs);
}

async function failureOf(): Promise<string> {
  const actions = `${servers}/${id}/os-instance-actions`;
  const { body } = await cloud().admin.send("GET", actions, undefined, version);
  const newest = `${actions}/${body.instanceActions[0].request_id}`;
  return JSON.stringify((await cloud().admin.send("GET", newest, undefined, version)).body);
}

/** The first block of a boot that was not yet looked at. */
async function nextBoot(): Promise<GuestFacts> {
  const facts = await eventually(async () => {
    const answer = await cloud().demo.send("POST", `${servers}/${id}/action`, { "os-getConsoleOutput": {} });
    const text = answer.status === 200 ? (answer.body.output as string) : "";
    return parseGuestFacts(text).findLast(({ seq, bootId }) => seq === 1 && !seen.has(bootId));
  }, bootTimeoutMs);
  seen.add(facts.bootId);
  return facts;
}

async function act(body: object, wanted: string, accepted = 202): Promise<void> {
  const answer = await cloud().demo.send("POST", `${servers}/${id}/action`, body, version);
  expect(answer.status, JSON.stringify(answer.body)).toBe(accepted);
  await settled(wanted);
}

function resize(flavor: string, more: object = {}): Promise<void> {
  return act({ resize: { flavorRef: flavors[flavor], ...more } }, "VERIFY_RESIZE");
}
const confirm = (): Promise<void> => act({ confirmResize: null }, "ACTIVE", 204);
const revert = (): Promise<void> => act({ revertResize: null }, "ACTIVE");
const replace = { "sealstone:tpm": "replace" };

function expectOldTpm(now: GuestFacts): void {
  expect(now.problems).toEqual([]);
  expect(now.ekSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(now).toMatchObject({ ekSha256: first.ekSha256, certificateSha256: first.certificateSha256 });
  expect(now.nv).toEqual({ state: "read", value: first.nv?.value });
  expect(now.secret).toEqual({ state: "unsealed", value: first.secret?.value });
}

/** Of the same version, and what the guest wrote into the old one is not in it. */
function expectNewTpm(now: GuestFacts): void {
  expect(now.tpmVersion).toBe("2.0");
  expect(now.ekSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(now.ekSha256).not.toBe(first.ekSha256);
  expect([now.nv?.state, now.secret?.state]).toEqual(["lost", "lost"]);
}

/** What the host has of the server: its folder, and its folders of TPM states. */
async function onHost(): Promise<{ readonly files: readonly string[]; readonly tpms: readonly string[] }> {
  const files = await readdir(join(cloud().instancesPath, "servers", id)).catch(() => []);
  const tpms = (await readdir(swtpmFolder)).filter((name) => name.startsWith(id));
  const disks = files.filter((name) => !name.startsWith("console.log"));
  return { files: disks.toSorted(), tpms: tpms.map((name) => name.replace(id, "id")).toSorted() };
}

async function diskBytes(): Promise<number> {
  const disk = join(cloud().instancesPath, "servers", id, "disk");
  const { stdout } = await run("qemu-img", ["info", "-U", "--output=json", disk]);
  return (JSON.parse(stdout) as { "virtual-size": number })["virtual-size"];
}

async function secretsOf(): Promise<string[]> {
  const { body } = await cloud().demo.send("GET", "/key-manager/v1/secrets");
  return (body.secrets as { name: string; secret_ref: string }[])
    .filter(({ name }) => name.endsWith(id))
    .map(({ secret_ref: ref }) => ref);
}

const gibibyte = 1024 ** 3;

test("a resize gives a larger disk, and the same TPM opens what was sealed; a revert brings the old disk back", async () => {
  await resize("large");
  const larger = await nextBoot();
  expectOldTpm(larger);
  expect(larger.boots).toBe(2);
  expect(await diskBytes()).toBe(2 * gibibyte);
  expect(await onHost()).toEqual({ files: ["disk", "disk.old", "tpm"], tpms: ["id"] });
  await revert();
  const back = await nextBoot();
  expectOldTpm(back);
  // The disk knows nothing of the boot in between.
  expect(back.boots).toBe(2);
  expect(await diskBytes()).toBe(gibibyte);
  expect(await onHost()).toEqual({ files: ["disk", "tpm"], tpms: ["id"] });
});

test("confirmed, the new disk and the same TPM stay, and nothing is left of the old side", async () => {
  await resize("large");
  expectOldTpm(await nextBoot());
  await confirm();
  expect(await onHost()).toEqual({ files: ["disk", "tpm"], tpms: ["id"] });
  await act({ reboot: { type: "HARD" } }, "ACTIVE");
  const now = await nextBoot();
  expectOldTpm(now);
  expect(now.boots).toBe(4);
});

test("another model is refused unasked; asked for, it is a new TPM, and the revert brings the old one back", async () => {
  const refused = await cloud().demo.send("POST", `${servers}/${id}/action`, {
    resize: { flavorRef: flavors["tis"] },
  });
  expect(refused.status).toBe(400);
  await resize("tis", replace);
  const other = await nextBoot();
  expectNewTpm(other);
  expect(await onHost()).toEqual({ files: ["disk", "disk.old", "tpm", "tpm.old"], tpms: ["id", "id.old"] });
  expect(await secretsOf()).toHaveLength(2);
  const places = [
    cloud().statePath,
    cloud().instancesPath,
    `${swtpmFolder}/${id}`,
    `${swtpmFolder}/${id}.old`,
  ];
  for (const ref of await secretsOf()) {
    const headers = { "x-auth-token": cloud().demo.token, accept: "application/octet-stream" };
    const passphrase = Buffer.from(await (await fetch(`${ref}/payload`, { headers })).arrayBuffer());
    expect(passphrase).toHaveLength(512);
    expect(await bytesFind(places, [passphrase]), "files with the passphrase").toEqual([]);
  }
  await revert();
  expectOldTpm(await nextBoot());
  expect(await onHost()).toEqual({ files: ["disk", "tpm"], tpms: ["id"] });
  expect(await secretsOf()).toHaveLength(1);
});

test("kill -9 in the midst of a replacement: done or undone, and the revert brings the old TPM back", async () => {
  const answer = await cloud().demo.send("POST", `${servers}/${id}/action`, {
    resize: { flavorRef: flavors["tis"], ...replace },
  });
  expect(answer.status).toBe(202);
  await eventually(async () => ((await onHost()).tpms.includes("id.old") ? true : undefined), bootTimeoutMs);
  await cloud().kill();
  await cloud().start();
  await settled("VERIFY_RESIZE");
  expect((await nextBoot()).ekSha256).not.toBe(first.ekSha256);
  await revert();
  expectOldTpm(await nextBoot());
});

test("the TPM is dropped and added when that is asked for, with its states and its passphrase", async () => {
  await resize("plain", replace);
  expect((await nextBoot()).devices).toEqual([]);
  await confirm();
  expect(await onHost()).toEqual({ files: ["disk"], tpms: [] });
  expect(await secretsOf()).toEqual([]);
  await resize("large");
  const added = await nextBoot();
  expectNewTpm(added);
  await cloud().demo.send("DELETE", `${servers}/${id}`);
  await eventually(
    async () => ((await cloud().demo.send("GET", `${servers}/${id}`)).status === 404 ? true : undefined),
    bootTimeoutMs,
  );
  expect(await onHost()).toEqual({ files: [], tpms: [] });
  expect(await secretsOf()).toEqual([]);
});
