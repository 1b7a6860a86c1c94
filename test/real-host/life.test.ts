import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { parseGuestFacts, type GuestFacts } from "../../guest/console-facts.ts";
import { eventually } from "../kit/client.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { bytesFind } from "../kit/bytes-find.ts";

const run = promisify(execFile);

interface Kind {
  readonly name: string;
  readonly extraSpecs: Readonly<Record<string, string>>;
  readonly version: "1.2" | "2.0" | undefined;
}

/** Every kind of TPM that a server can have, and none. */
const kinds: readonly Kind[] = [
  { name: "crb", version: "2.0", extraSpecs: { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-crb" } },
  { name: "tis", version: "2.0", extraSpecs: { "hw:tpm_version": "2.0", "hw:tpm_model": "tpm-tis" } },
  { name: "tis12", version: "1.2", extraSpecs: { "hw:tpm_version": "1.2" } },
  { name: "none", version: undefined, extraSpecs: {} },
];

const cloud = realCloudForTests();
let image: string;
const ids = new Map<string, string>();
/** The first block of each server's first boot. */
const first = new Map<string, GuestFacts>();

const servers = "/compute/v2.1/servers";
const bootTimeoutMs = 400_000;

beforeAll(async () => {
  const images = await cloud().demo.send("GET", "/image/v2/images?name=sealstone-guest");
  image = images.body.images[0].id as string;
});

async function status(serverId: string, wanted: string): Promise<void> {
  await eventually(async () => {
    const { body } = await cloud().demo.send("GET", `${servers}/${serverId}`);
    if (body.server.status === "ERROR" && wanted !== "ERROR")
      throw new Error(JSON.stringify(body.server.fault));
    return body.server.status === wanted && body.server["OS-EXT-STS:task_state"] === null ? true : undefined;
  }, bootTimeoutMs);
}

async function consoleOf(serverId: string): Promise<string> {
  const answer = await cloud().demo.send("POST", `${servers}/${serverId}/action`, {
    "os-getConsoleOutput": {},
  });
  return answer.status === 200 ? (answer.body.output as string) : "";
}

/** The newest block of facts that `accept` takes. */
async function facts(serverId: string, accept: (block: GuestFacts) => boolean): Promise<GuestFacts> {
  return eventually(async () => parseGuestFacts(await consoleOf(serverId)).findLast(accept), bootTimeoutMs);
}

function id(kind: Kind): string {
  return ids.get(kind.name) ?? "";
}

/** Two kinds at a time: a guest gives up a TPM that waits long for a processor. */
async function onEach(work: (kind: Kind) => Promise<void>): Promise<void> {
  for (const pair of [kinds.slice(0, 2), kinds.slice(2)]) await Promise.all(pair.map(work));
}

async function act(kind: Kind, body: object, wanted: string): Promise<void> {
  const answer = await cloud().demo.send("POST", `${servers}/${id(kind)}/action`, body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  await status(id(kind), wanted);
}

/** The guest reads what it wrote at its first boot. */
function expectSameTpm(kind: Kind, now: GuestFacts): void {
  const then = first.get(kind.name);
  expect(now.problems).toEqual([]);
  expect(now.tpmVersion).toBe(kind.version);
  expect(now.devices).toEqual(then?.devices);
  if (kind.version === undefined) return;
  expect(now.pcrs.size).toBeGreaterThan(0);
  expect(now.pcrs).toEqual(then?.pcrs);
  expect(now.ekSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(now.ekSha256).toBe(then?.ekSha256);
  expect(now.nv).toEqual({ state: "read", value: then?.nv?.value });
  expect(now.secret).toEqual({ state: "unsealed", value: then?.secret?.value });
  if (kind.version === "1.2") expect(now.owner).toBe("owned");
  expect(now.certificateSha256).toBe(then?.certificateSha256);
}

/** Of this test's servers: the machine may have others. */
async function libvirtSecrets(): Promise<string> {
  const { stdout } = await run("virsh", ["-q", "secret-list"]);
  const ours = stdout
    .split("\n")
    .filter((line) => [...ids.values()].some((serverId) => line.includes(serverId)));
  return ours.join("\n");
}

function stateFile(kind: Kind): string {
  const [folder, file] = kind.version === "2.0" ? ["tpm2", "tpm2-00.permall"] : ["tpm1.2", "tpm-00.permall"];
  return join("/var/lib/libvirt/swtpm", id(kind), folder, file);
}

test("each kind boots with the device it asked for", async () => {
  await onEach(async (kind) => {
    const flavor = await cloud().admin.send("POST", "/compute/v2.1/flavors", {
      flavor: { name: kind.name, ram: 256, vcpus: 1, disk: 1 },
    });
    const flavorId = flavor.body.flavor.id as string;
    await cloud().admin.send("POST", `/compute/v2.1/flavors/${flavorId}/os-extra_specs`, {
      extra_specs: kind.extraSpecs,
    });
    const server = { name: kind.name, imageRef: image, flavorRef: flavorId, networks: "none" };
    const { body } = await cloud().demo.send("POST", servers, { server }, "2.37");
    ids.set(kind.name, body.server.id as string);
    await status(id(kind), "ACTIVE");
    const block = await facts(id(kind), ({ seq }) => seq === 1);
    first.set(kind.name, block);
    expect(block.problems).toEqual([]);
    expect(block.tpmVersion).toBe(kind.version);
    const devices = { "2.0": ["/dev/tpm0", "/dev/tpmrm0"], "1.2": ["/dev/tpm0"], none: [] };
    expect(block.devices).toEqual(devices[kind.version ?? "none"]);
    if (kind.version === "1.2") expect(block.owner).toBe("taken");
    if (kind.version !== undefined)
      expect([block.nv?.state, block.secret?.state]).toEqual(["written", "sealed"]);
  });
  expect(await libvirtSecrets()).toBe("");
});

test("the state on the disk is ciphertext, and the passphrase is in no file, log, database, argument or environment", async () => {
  for (const kind of kinds.filter(({ version }) => version !== undefined)) {
    const state = await readFile(stateFile(kind));
    // swtpm's blob header (swtpm/src/swtpm/swtpm_nvstore.c): version, least version, header size, flags; bit 0: encrypted.
    expect(state.readUInt16BE(4) & 1).toBe(1);
    expect(entropyBits(state)).toBeGreaterThan(7.8);
  }
  const { body } = await cloud().demo.send("GET", "/key-manager/v1/secrets");
  const secret = (body.secrets as { name: string; secret_ref: string }[]).find(({ name }) =>
    name.endsWith(id(kinds[0] as Kind)),
  );
  const payload = await fetch(`${secret?.secret_ref ?? ""}/payload`, {
    headers: { "x-auth-token": cloud().demo.token, accept: "application/octet-stream" },
  });
  const passphrase = Buffer.from(await payload.arrayBuffer());
  expect(passphrase).toHaveLength(512);
  // Pieces of it, as they are and as hex and base64 would write them.
  const pieces = [0, 100, 300].map((start) => passphrase.subarray(start, start + 24));
  const needles = pieces.flatMap((piece) => [
    piece,
    Buffer.from(piece.toString("hex")),
    Buffer.from(piece.toString("base64").slice(0, 31)),
  ]);
  const places = [
    cloud().statePath,
    cloud().instancesPath,
    "/var/lib/libvirt",
    "/var/log/libvirt",
    "/var/log/swtpm",
    "/run/libvirt",
    "/etc/libvirt",
  ];
  // The search finds what is there: the server's id is in a log and in libvirt's definitions.
  expect(await bytesFind(places, [Buffer.from(id(kinds[0] as Kind))])).not.toEqual([]);
  expect(await bytesFind(places, needles)).toEqual([]);
  expect(await bytesFind(await processFiles(), needles)).toEqual([]);
});

test("stop and start", async () => {
  await onEach(async (kind) => {
    await act(kind, { "os-stop": null }, "SHUTOFF");
    const stopped = kind.version === "1.2" ? await readFile(stateFile(kind)) : undefined;
    await act(kind, { "os-start": null }, "ACTIVE");
    if (stopped) expect(sha256(await readFile(stateFile(kind)))).toBe(sha256(stopped));
    expectSameTpm(kind, await facts(id(kind), ({ boots }) => boots === 2));
  });
  expect(await libvirtSecrets()).toBe("");
});

test("hard reboot", async () => {
  await onEach(async (kind) => {
    await act(kind, { reboot: { type: "HARD" } }, "ACTIVE");
    expectSameTpm(kind, await facts(id(kind), ({ boots }) => boots === 3));
  });
  expect(await libvirtSecrets()).toBe("");
});

test("soft reboot: the guest does it, without the passphrase", async () => {
  await onEach(async (kind) => {
    await act(kind, { reboot: { type: "SOFT" } }, "ACTIVE");
    expectSameTpm(kind, await facts(id(kind), ({ boots }) => boots === 4));
  });
});

test("suspend and resume: memory and TPM go on together", async () => {
  await onEach(async (kind) => {
    await act(kind, { suspend: null }, "SUSPENDED");
    const then = await facts(id(kind), ({ boots }) => boots === 4);
    await act(kind, { resume: null }, "ACTIVE");
    const now = await facts(id(kind), ({ bootId, seq }) => bootId === then.bootId && seq > then.seq);
    expectSameTpm(kind, now);
  });
  expect(await libvirtSecrets()).toBe("");
});

test("who may not read the passphrase is refused and the guest runs on", async () => {
  const [crb] = kinds as [Kind];
  const answer = await cloud().admin.send("POST", `${servers}/${id(crb)}/action`, {
    reboot: { type: "HARD" },
  });
  expect(answer.status).toBe(403);
  await status(id(crb), "ACTIVE");
  expect((await facts(id(crb), () => true)).boots).toBe(4);
});

test("a TPM whose state is gone from its host is not remade: it comes from the vault", async () => {
  const [, tis] = kinds as [Kind, Kind];
  await cloud().demo.send("POST", `${servers}/${id(tis)}/action`, { "os-stop": null });
  await status(id(tis), "SHUTOFF");
  await rm(stateFile(tis));
  await cloud().demo.send("POST", `${servers}/${id(tis)}/action`, { "os-start": null });
  await status(id(tis), "ACTIVE");
  expectSameTpm(tis, await facts(id(tis), ({ boots }) => boots === 5));
});

test("a stop of the cloud leaves its servers running, and they are found again", async () => {
  expect(await cloud().stop()).toBe(0);
  expect((await run("virsh", ["-q", "list", "--name"])).stdout).toContain(id(kinds[0] as Kind));
  await cloud().start();
  for (const kind of kinds) await status(id(kind), "ACTIVE");
});

test("delete leaves nothing", async () => {
  for (const kind of kinds)
    expect((await cloud().demo.send("DELETE", `${servers}/${id(kind)}`)).status).toBe(204);
  for (const kind of kinds) {
    await eventually(
      async () =>
        (await cloud().demo.send("GET", `${servers}/${id(kind)}`)).status === 404 ? true : undefined,
      bootTimeoutMs,
    );
  }
  expect(await cloud().domains()).toEqual([]);
  expect(await libvirtSecrets()).toBe("");
  expect(await readdir(join(cloud().instancesPath, "servers"))).toEqual([]);
  for (const kind of kinds) expect(await readdir("/var/lib/libvirt/swtpm")).not.toContain(id(kind));
  expect((await cloud().demo.send("GET", "/key-manager/v1/secrets")).body.secrets).toEqual([]);
  const providers = await cloud().admin.send("GET", "/placement/resource_providers");
  const [{ uuid }] = providers.body.resource_providers as [{ uuid: string }];
  const { body } = await cloud().admin.send("GET", `/placement/resource_providers/${uuid}/allocations`);
  expect(body.allocations).toEqual({});
});

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** Shannon entropy of the bytes, of 8 bits at most. */
function entropyBits(bytes: Buffer): number {
  const counts = Array.from({ length: 256 }, () => 0);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return counts
    .filter((count) => count > 0)
    .reduce((sum, count) => sum - (count / bytes.length) * Math.log2(count / bytes.length), 0);
}

/** Arguments and environment of every process. */
async function processFiles(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return pids.flatMap((pid) => [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`]);
}
