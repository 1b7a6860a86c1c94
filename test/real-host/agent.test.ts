import { createHash, randomBytes } from "node:crypto";
import { access, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { agentConfigDefaults, createAgent, type Agent } from "#agent/index.ts";
import { systemClock } from "#base/clock.ts";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import { commands, createInProcessBus, hostRegister, imageRead, serverPowerChanged } from "#bus/index.ts";
import { domainList, LibvirtConnection, secretDefine, secretList, secretUndefine } from "#libvirt/index.ts";
import { boxSeal } from "#seal/index.ts";
import { vtpmAssociatedData, type TpmModel, type TpmVersion } from "#vtpm/index.ts";
import { vtpmSecretXml } from "../../src/agent/tpm/libvirt-secret.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { computeMigrations } from "#compute/index.ts";
import type { SecretId } from "#base/ids.ts";
import { tpmVaultServe } from "../../src/compute/app/tpm-vault.ts";
import { aServer } from "../../src/compute/domain/testing/a-server.ts";
import { serverInsert } from "../../src/compute/store/servers.ts";
import { tpmVaultDelete } from "../../src/compute/store/tpm-vault.ts";
import { tpmGenerationNewest } from "../../src/compute/store/tpm-vault-generations.ts";
import { buildGuest, type Guest } from "../../guest/build.ts";
import { parseGuestFacts, type GuestFacts } from "../../guest/console-facts.ts";

const guestFolder = "/var/lib/sealstone/guest";
const swtpmStates = "/var/lib/libvirt/swtpm";
const patienceMs = 180_000;

type CommandName = keyof typeof commands;

const bus = createInProcessBus();
const servers: string[] = [];
const durations: string[] = [];
const powers: string[] = [];
let agent: Agent;
/** Of the vault. */
let database: Database;
let hostId: string;
let publicKey: string;
let traits: readonly string[];
let statePath: string;
let instancesPath: string;
let libvirt: LibvirtConnection;
let images: { readonly disk: ImageFile; readonly kernel: ImageFile; readonly ramdisk: ImageFile };

interface ImageFile {
  readonly path: string;
  readonly ref: {
    readonly imageId: string;
    readonly sha512: string;
    readonly sizeBytes: number;
    readonly diskFormat: string;
  };
}

async function imageFile(path: string, diskFormat: string): Promise<ImageFile> {
  const bytes = await readFile(path);
  const sha512 = createHash("sha512").update(bytes).digest("hex");
  return { path, ref: { imageId: newUuid(), sha512, sizeBytes: bytes.length, diskFormat } };
}

async function serveImages(guest: Guest): Promise<void> {
  images = {
    disk: await imageFile(guest.diskPath, "qcow2"),
    kernel: await imageFile(guest.kernelPath, "aki"),
    ramdisk: await imageFile(guest.ramdiskPath, "ari"),
  };
  const pathOf = new Map(Object.values(images).map(({ path, ref }) => [ref.imageId, path]));
  bus.serve(imageRead, {}, async ({ imageId, offset, length }) => {
    await using file = await open(pathOf.get(imageId) ?? "", "r");
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
    return { bytes: buffer.toString("base64", 0, bytesRead) };
  });
}

async function ask(name: CommandName, message: object): Promise<unknown> {
  const started = performance.now();
  const answer = await bus.request(commands[name], message, { hostId, timeoutMs: patienceMs });
  durations.push(`${name} ${Math.round(performance.now() - started)} ms`);
  return answer;
}

async function startAgent(): Promise<void> {
  agent = createAgent({
    bus,
    config: { ...agentConfigDefaults, host: "agent-test" },
    log: silentLogger,
    clock: systemClock,
    statePath,
    instancesPath,
    cloudId: "agent-test",
  });
  ({ hostId } = await agent.start());
}

beforeAll(async () => {
  const guest = await buildGuest({ outputFolder: guestFolder });
  instancesPath = await mkdtemp("/var/lib/sealstone/agent-test-");
  statePath = await mkdtemp("/tmp/agent-test-");
  libvirt = await LibvirtConnection.open();
  await serveImages(guest);
  database = await openTestDatabase(computeMigrations, { inMemory: true });
  tpmVaultServe({ database, bus, clock: systemClock, log: silentLogger, tpmGenerationsKept: 5 });
  const registered = new Promise<void>((resolve) => {
    bus.serve(hostRegister, {}, (host) => {
      ({ publicKey, traits } = host);
      resolve();
      return Promise.resolve({});
    });
  });
  bus.subscribe(
    serverPowerChanged,
    ({ serverId, powerState }) => void powers.push(`${serverId} ${powerState}`),
  );
  await startAgent();
  await registered;
});

afterAll(async () => {
  for (const serverId of servers) {
    for (const name of ["domainUndefine", "tpmDelete", "disksDelete"] as const)
      await ask(name, { serverId }).catch(() => {});
  }
  await agent?.stop();
  await libvirt?.close();
  await database?.close();
  for (const folder of [statePath, instancesPath])
    if (folder) await rm(folder, { recursive: true, force: true });
  // oxlint-disable-next-line no-console
  console.log(durations.join("\n"));
});

class TestServer {
  readonly serverId: string = newUuid();
  readonly secretId: string = newUuid();
  readonly passphrase = randomBytes(384).toString("base64");
  readonly spec: { readonly version: TpmVersion; readonly model: TpmModel; readonly secretId: string };

  constructor(version: TpmVersion, model: TpmModel) {
    this.spec = { version, model, secretId: this.secretId };
    servers.push(this.serverId);
  }

  async box(passphrase = this.passphrase): Promise<string> {
    return await boxSeal(publicKey, Buffer.from(passphrase), vtpmAssociatedData(this.serverId));
  }

  async create(): Promise<void> {
    const { serverId, spec } = this;
    const tpm = { ...spec, secretId: spec.secretId as SecretId, secretSecurity: "user" } as const;
    await database
      .transaction((tx) => serverInsert(tx, aServer({ id: serverId, hostId, tpm })))
      .catch(() => {
        // The create is repeated.
      });
    const { disk, kernel, ramdisk } = images;
    await ask("disksCreate", {
      serverId,
      image: disk.ref,
      kernel: kernel.ref,
      ramdisk: ramdisk.ref,
      rootGiB: 1,
    });
    await ask("tpmManufacture", { serverId, tpm: spec, passphrase: await this.box() });
    await ask("domainDefine", {
      serverId,
      instanceName: `agent-test-${serverId.slice(0, 8)}`,
      displayName: `<"a & b'>`,
      vcpus: 1,
      memoryMiB: 256,
      kernel: kernel.ref,
      ramdisk: ramdisk.ref,
      kernelCommandLine: "console=ttyS0 quiet no_timer_check cryptomgr.notests facts_every=3",
      tpm: spec,
    });
  }

  async start(): Promise<void> {
    await ask("domainStart", {
      serverId: this.serverId,
      tpm: { spec: this.spec, passphrase: await this.box() },
    });
  }

  stateFile(): string {
    const name = this.spec.version === "2.0" ? "tpm2/tpm2-00.permall" : "tpm1.2/tpm-00.permall";
    return join(swtpmStates, this.serverId, name);
  }

  async facts(): Promise<readonly GuestFacts[]> {
    const answer = await bus.request(
      commands.consoleRead,
      { serverId: this.serverId },
      { hostId, timeoutMs: patienceMs },
    );
    return parseGuestFacts(answer.output);
  }

  /** The first block that passes. */
  async see(wanted: (facts: GuestFacts) => boolean): Promise<GuestFacts> {
    for (const end = Date.now() + patienceMs; Date.now() < end;) {
      const found = (await this.facts()).findLast(wanted);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const answer = await bus.request(
      commands.consoleRead,
      { serverId: this.serverId, lines: 40 },
      { hostId, timeoutMs: patienceMs },
    );
    throw new Error(`the guest did not say it: ${answer.output}`);
  }

  async inspect(): Promise<Record<string, unknown> | undefined> {
    const { servers: all } = await bus.request(
      commands.serversInspect,
      {},
      { hostId, timeoutMs: patienceMs },
    );
    return all.find(({ serverId }) => serverId === this.serverId);
  }
}

async function ourSecrets(): Promise<readonly string[]> {
  return (await secretList(libvirt))
    .filter(({ usageId }) => servers.includes(usageId))
    .map(({ usageId }) => usageId);
}

test("the host says what it can do", () => {
  expect(traits).toEqual(
    expect.arrayContaining([
      "COMPUTE_SECURITY_TPM_2_0",
      "COMPUTE_SECURITY_TPM_1_2",
      "COMPUTE_SECURITY_TPM_CRB",
    ]),
  );
  for (const mode of ["USER", "HOST", "DEPLOYMENT"])
    expect(traits).toContain(`COMPUTE_SECURITY_TPM_SECRET_SECURITY_${mode}`);
});

describe("a server with a TPM 2.0, CRB", () => {
  const server = new TestServer("2.0", "tpm-crb");
  const { serverId } = server;
  let first: GuestFacts;

  test("boots with the TPM that the agent made, and libvirt holds no secret", async () => {
    await server.create();
    await server.start();
    expect(await ourSecrets()).toEqual([]);
    first = await server.see(({ seq }) => seq === 1);
    expect(first).toMatchObject({
      problems: [],
      devices: ["/dev/tpm0", "/dev/tpmrm0"],
      tpmVersion: "2.0",
      nv: { state: "written" },
      secret: { state: "sealed" },
    });
    expect(first.certificateSha256).toBeDefined();
    expect(await readdir(join(instancesPath, "servers", serverId, "tpm", "certificates"))).toContain(
      "ek-rsa2048.crt",
    );
    expect(await server.inspect()).toMatchObject({
      powerState: "running",
      domain: true,
      disks: true,
      tpm: true,
    });
  });

  test("repeating each command of the create changes nothing", async () => {
    const before = await readFile(server.stateFile());
    await server.create();
    await server.start();
    expect(await readFile(server.stateFile())).toEqual(before);
    expect(await server.inspect()).toMatchObject({ powerState: "running" });
    expect(await ourSecrets()).toEqual([]);
  });

  test("stops by the power button and starts with the same TPM", async () => {
    await ask("domainStop", { serverId, timeoutS: 30 });
    expect(await server.inspect()).toMatchObject({ powerState: "shutdown" });
    expect(await server.facts()).not.toEqual([]);
    await server.start();
    const again = await server.see(({ bootId }) => bootId !== first.bootId);
    expect(again).toMatchObject({
      problems: [],
      ekSha256: first.ekSha256,
      nv: { state: "read", value: first.nv?.value },
    });
    expect(again.secret).toEqual({ state: "unsealed", value: first.secret?.value });
  });

  test("pauses, suspends and resumes", async () => {
    await ask("domainPause", { serverId });
    expect(await server.inspect()).toMatchObject({ powerState: "paused" });
    await ask("domainUnpause", { serverId });
    const before = (await server.facts()).at(-1);
    await ask("domainSuspend", { serverId });
    await ask("domainSuspend", { serverId });
    expect(await server.inspect()).toMatchObject({ powerState: "suspended", managedSave: true });
    await server.start();
    const after = await server.see(({ bootId, seq }) => bootId === before?.bootId && seq > before.seq);
    expect(after).toMatchObject({
      problems: [],
      ekSha256: first.ekSha256,
      nv: { state: "read", value: first.nv?.value },
    });
    expect(await server.inspect()).toMatchObject({ powerState: "running", managedSave: false });
    expect(await ourSecrets()).toEqual([]);
  });

  test("reboots when the guest is asked to", async () => {
    const before = (await server.facts()).at(-1);
    await ask("domainReboot", { serverId, timeoutS: 60 });
    const after = await server.see(({ bootId }) => bootId !== before?.bootId && bootId !== first.bootId);
    expect(after).toMatchObject({ problems: [], ekSha256: first.ekSha256 });
  });

  test("outlives its agent, and a secret that a killed agent left is removed", async () => {
    await agent.stop();
    const left = await secretDefine(libvirt, vtpmSecretXml(serverId, server.secretId));
    const foreign = await secretDefine(libvirt, vtpmSecretXml(newUuid(), newUuid()));
    await startAgent();
    const secrets = (await secretList(libvirt)).map(({ uuid }) => uuid);
    await secretUndefine(libvirt, foreign);
    expect(secrets).toContain(foreign.uuid);
    expect(secrets).not.toContain(left.uuid);
    expect(await server.inspect()).toMatchObject({ powerState: "running" });
  });

  test("is refused with a wrong passphrase, and its state is left as it is", async () => {
    await ask("domainStop", { serverId, timeoutS: 0 });
    const before = await readFile(server.stateFile());
    const box = await server.box("wrong");
    await expect(
      ask("domainStart", { serverId, tpm: { spec: server.spec, passphrase: box } }),
    ).rejects.toThrow(/swtpm does not open .* with the server's passphrase/);
    expect(await ourSecrets()).toEqual([]);
    expect(await readFile(server.stateFile())).toEqual(before);
  });

  test("does not rest in the vault with a damaged state, which stays where it is", async () => {
    const good = await readFile(server.stateFile());
    await writeFile(server.stateFile(), good.subarray(0, 4_000));
    await expect(ask("tpmRest", { serverId, version: "2.0" })).rejects.toThrow(
      new RegExp(`^Server ${serverId} is not offloaded: the vault does not know .*it is not whole`),
    );
    expect((await readFile(server.stateFile())).length).toBe(4_000);
    await writeFile(server.stateFile(), good);
  });

  test("whose state was damaged while it ran is told so, with what an operator may do", async () => {
    await server.start();
    // So that swtpm does not write another one meanwhile.
    await ask("domainPause", { serverId });
    const state = await readFile(server.stateFile());
    state.writeUInt8(state.readUInt8(3_000) ^ 1, 3_000);
    await writeFile(server.stateFile(), state);
    await ask("domainStop", { serverId, timeoutS: 0 });
    const newest = await tpmGenerationNewest(database.db, serverId);
    const sha256 = createHash("sha256").update(state).digest("hex");
    expect(newest?.sha256).toBe(sha256);
    await expect(server.start()).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(
        new RegExp(
          `^Server ${serverId} is not started: swtpm does not open the TPM state on its host \\(SHA-256 ${sha256}, ` +
            `.* it was damaged while the server ran.*tpm restore ${serverId} --generation ${Number(newest?.generation) - 1} --reason`,
        ),
      ) as string,
    });
    expect(await ourSecrets()).toEqual([]);
  });

  test("is never given a new TPM when its state is missing here and in the vault", async () => {
    await rm(server.stateFile());
    await database.transaction((tx) => tpmVaultDelete(tx, serverId));
    await expect(server.start()).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining(`Server ${serverId} is not started: the TPM state is missing`),
    });
    const passphrase = await server.box();
    await expect(ask("tpmManufacture", { serverId, tpm: server.spec, passphrase })).rejects.toMatchObject({
      code: "conflict",
    });
    await expect(access(server.stateFile())).rejects.toThrow();
  });

  test("leaves nothing behind, and deleting twice is fine", async () => {
    for (const name of ["domainUndefine", "tpmDelete", "disksDelete"] as const) {
      await ask(name, { serverId });
      await ask(name, { serverId });
    }
    expect(await server.inspect()).toBeUndefined();
    expect((await domainList(libvirt)).map(({ uuid }) => uuid)).not.toContain(serverId);
    await expect(access(join(swtpmStates, serverId))).rejects.toThrow();
    await expect(access(join(instancesPath, "servers", serverId))).rejects.toThrow();
    expect(powers).toContain(`${serverId} running`);
    expect(powers.at(-1)).toBe(`${serverId} shutdown`);
  });
});

test("a server with a TPM 1.2, TIS, boots with it and keeps it over a stop", async () => {
  const server = new TestServer("1.2", "tpm-tis");
  await server.create();
  await server.start();
  const first = await server.see(({ seq }) => seq === 1);
  expect(first).toMatchObject({ devices: ["/dev/tpm0"], tpmVersion: "1.2", owner: "taken", problems: [] });
  await ask("domainStop", { serverId: server.serverId, timeoutS: 0 });
  await server.start();
  const again = await server.see(({ bootId }) => bootId !== first.bootId);
  expect(again).toMatchObject({
    tpmVersion: "1.2",
    ekSha256: first.ekSha256,
    owner: "owned",
    nv: { state: "read", value: first.nv?.value },
    secret: { state: "unsealed", value: first.secret?.value },
  });
});
