import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CloudError } from "#base/errors.ts";
import { silentLogger } from "#base/logger.ts";
import {
  commands,
  createInProcessBus,
  hostRegister,
  serverPowerChanged,
  tpmIntervalClose,
  tpmIntervalOpen,
  tpmStateCompare,
  tpmStatePut,
  tpmStateRead,
  type Bus,
} from "#bus/index.ts";
import { boxSeal } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import { automatic, stepByStep, type Conduct } from "./conduct.ts";
import { simHostStart, type SimHost } from "./host.ts";

const serverId = "6f70656e-7374-4163-8b21-000000000001";
const spec = { version: "2.0", model: "tpm-crb", secretId: "6f70656e-7374-4163-8b21-000000000002" } as const;
const image = { imageId: "i", sha512: "00", sizeBytes: 10, diskFormat: "raw" };

let folder: string;
let bus: Bus;
let host: SimHost;
let publicKey: string;
let powers: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-sim-"));
  states = [];
  intervalOpen = false;
  await begin(automatic(0));
});
afterEach(async () => {
  await host.stop();
  await rm(folder, { recursive: true });
});

/** A host on `folder`, with a bus of its own: what an earlier one held is all that it knows. */
async function begin(conduct: Conduct): Promise<void> {
  bus = createInProcessBus();
  powers = [];
  bus.serve(hostRegister, {}, async (facts) => {
    publicKey = facts.publicKey;
    return {};
  });
  vaultServe();
  bus.subscribe(serverPowerChanged, ({ powerState }) => void powers.push(powerState));
  host = await simHostStart({ bus, log: silentLogger, hostname: "sim-001", folder, conduct });
  await host.register();
}

/** The hashes of the states that the vault was given, the newest last; it outlives a host. */
let states: string[] = [];
let newestBytes = "";
let intervalOpen = false;

function vaultServe(): void {
  const sha256Of = (bytes: string): string =>
    createHash("sha256").update(Buffer.from(bytes, "base64")).digest("hex");
  const newest = () =>
    states.length === 0 ? {} : { newest: { generation: states.length, sha256: states.at(-1) ?? "", at: 0 } };
  bus.serve(tpmStatePut, {}, async ({ bytes }) => {
    if (states.at(-1) !== sha256Of(bytes)) states.push(sha256Of(bytes));
    newestBytes = bytes;
    return { standing: "newest" as const, generation: states.length };
  });
  bus.serve(tpmStateCompare, {}, async ({ sha256 }) => ({
    standing: sha256 === states.at(-1) ? ("newest" as const) : ("unknown" as const),
    held: intervalOpen,
    ...newest(),
  }));
  bus.serve(tpmStateRead, {}, async () => ({ bytes: newestBytes, sha256: states.at(-1) ?? "" }));
  bus.serve(tpmIntervalOpen, {}, async () => ((intervalOpen = true), {}));
  bus.serve(tpmIntervalClose, {}, async () => ((intervalOpen = false), {}));
}

function ask(name: keyof typeof commands, more: object = {}, timeoutMs = 5_000) {
  const message = { serverId, ...more } as never;
  return bus.request(commands[name], message, { hostId: host.hostId, timeoutMs }) as Promise<{
    output: string;
    servers: object[];
  }>;
}

async function sealed(passphrase: string): Promise<string> {
  return boxSeal(publicKey, Buffer.from(passphrase), vtpmAssociatedData(serverId));
}

async function make(): Promise<void> {
  await ask("disksCreate", { image, rootGiB: 1 });
  await ask("tpmManufacture", { tpm: spec, passphrase: await sealed("right") });
  await ask("domainDefine", {
    instanceName: "instance-1",
    displayName: "s",
    vcpus: 1,
    memoryMiB: 64,
    tpm: spec,
  });
}

async function start(passphrase = "right"): Promise<void> {
  await ask("domainStart", { tpm: { spec, passphrase: await sealed(passphrase) } });
}

async function inspected(): Promise<object[]> {
  return (await ask("serversInspect")).servers;
}

const whole = { serverId, domain: true, disks: true, tpm: true, managedSave: false };

test("a server's life, each state told and inspected, and nothing left in the end", async () => {
  await make();
  expect(await inspected()).toEqual([{ ...whole, powerState: "shutdown" }]);
  await start();
  await ask("domainPause");
  await ask("domainUnpause");
  await ask("domainReboot", { timeoutS: 1 });
  await ask("domainSuspend");
  expect(await inspected()).toEqual([{ ...whole, powerState: "suspended", managedSave: true }]);
  await start();
  await ask("domainStop", { timeoutS: 1 });
  // Twice: who asked may not have heard.
  await ask("domainStop", { timeoutS: 1 });
  expect(await inspected()).toEqual([{ ...whole, powerState: "shutdown" }]);
  expect(powers).toEqual(["shutdown", "running", "paused", "running", "suspended", "running", "shutdown"]);
  // A reboot is a boot, a restore is none.
  const { output } = await ask("consoleRead");
  expect(output.match(/^Boot \d+/gm)).toEqual(["Boot 1", "Boot 2"]);
  expect((await ask("consoleRead", { lines: 4 })).output).toMatch(
    /^Boot 2 [^\n]*\nTPM: 2\.0[^\n]*\n[^\n]*\n$/,
  );
  await ask("domainUndefine");
  await ask("tpmDelete");
  await ask("disksDelete");
  await ask("disksDelete");
  expect(await inspected()).toEqual([]);
});

test("what a real host refuses is refused, and changes nothing", async () => {
  const refused = (name: keyof typeof commands, code: string, more: object = {}) =>
    expect(ask(name, more), name).rejects.toMatchObject({ code });
  await refused("domainStart", "not-found");
  await refused("disksCreate", "invalid", { image: { ...image, sizeBytes: 2 * 1024 ** 3 }, rootGiB: 1 });
  await make();
  await refused("domainPause", "conflict");
  await refused("domainUnpause", "conflict");
  await refused("domainReboot", "conflict", { timeoutS: 1 });
  await refused("domainSuspend", "conflict");
  await refused("domainStart", "invalid");
  await expect(start("wrong")).rejects.toMatchObject({ code: "bug" });
  const other = { ...spec, secretId: "6f70656e-7374-4163-8b21-000000000003" };
  await refused("tpmManufacture", "conflict", { tpm: other, passphrase: await sealed("right") });
  await start();
  await refused("disksDelete", "conflict");
  await refused("tpmDelete", "conflict");
  await ask("domainPause");
  await refused("domainReboot", "timeout", { timeoutS: 1 });
  expect(await inspected()).toEqual([{ ...whole, powerState: "paused" }]);
  await ask("domainStop", { timeoutS: 0 });
  await ask("tpmDelete");
  states = [];
  await expect(start()).rejects.toMatchObject({ code: "conflict" });
});

test("a TPM that rests in the vault goes on where it was; rescued, a server boots from another disk", async () => {
  await make();
  await start();
  await refusedWhileRunning("tpmRest", { version: "2.0" });
  await ask("domainStop", { timeoutS: 0 });
  const rested = states.length;
  await ask("tpmRest", { version: "2.0" });
  expect([await inspected(), intervalOpen]).toMatchObject([[{ tpm: false }], false]);
  await start();
  // The write of the start is the one after the last.
  expect(states).toHaveLength(rested + 1);
  await ask("domainUndefine");
  const rescue = { device: "disk", bus: "virtio", stable: false };
  const domain = { instanceName: "instance-1", displayName: "s", vcpus: 1, memoryMiB: 64, tpm: spec };
  await ask("domainDefine", { ...domain, rescue });
  await expect(start()).rejects.toMatchObject({ code: "bug" });
  await ask("rescueDiskCreate", { image });
  await start();
  await refusedWhileRunning("rescueDiskDelete");
  await ask("domainUndefine");
  await ask("rescueDiskDelete");
  await ask("tpmDelete");
  await ask("disksDelete");
  expect(await inspected()).toEqual([]);
});

async function refusedWhileRunning(name: keyof typeof commands, more: object = {}): Promise<void> {
  await expect(ask(name, more)).rejects.toMatchObject({ code: "conflict" });
}

test("another process on the same folder is the same host with the same servers, and opens the same TPM", async () => {
  await make();
  await start();
  const [{ hostId }, before, key] = [host, await inspected(), publicKey];
  // The first is not stopped: it was killed.
  const killed = host;
  await begin(automatic(0));
  expect([host.hostId, publicKey]).toEqual([hostId, key]);
  expect(await inspected()).toEqual(before);
  expect(powers).toEqual(["running"]);
  await ask("domainStop", { timeoutS: 0 });
  await expect(start("wrong")).rejects.toMatchObject({ code: "bug" });
  await start();
  await killed.stop();
});

test("the vault is told of each state, and a state that it does not know is not started", async () => {
  await make();
  expect(states).toHaveLength(1);
  await start();
  expect([states.length, intervalOpen]).toEqual([2, true]);
  await ask("domainStop", { timeoutS: 1 });
  expect([states.length, intervalOpen]).toEqual([2, false]);
  const known = states.splice(-1, 1, "f".repeat(64));
  await expect(start()).rejects.toMatchObject({ code: "conflict" });
  expect(await inspected()).toMatchObject([{ powerState: "shutdown" }]);
  // A host that was killed in its interval may have it.
  intervalOpen = true;
  await start();
  expect(states.slice(-2)).toEqual([...known, states.at(-1)]);
});

test("step by step: held until it is let go, failed or lost, carried out or not", async () => {
  await host.stop();
  const steps = stepByStep();
  await begin(steps.conduct);
  const made = ask("disksCreate", { image, rootGiB: 1 });
  const held = await steps.next();
  expect(held).toMatchObject({ command: "disksCreate", serverId });
  expect(await inspected()).toEqual([]);
  held.succeed();
  await made;
  expect(await inspected()).toMatchObject([{ disks: true }]);

  const failed = ask("disksDelete");
  (await steps.next()).fail(new CloudError("unavailable", "no"), { carriedOut: true });
  await expect(failed).rejects.toMatchObject({ code: "unavailable", message: "no" });
  expect(await inspected()).toEqual([]);

  const lost = ask("disksCreate", { image, rootGiB: 1 }, 50);
  const second = ask("disksCreate", { image, rootGiB: 1 });
  (await steps.next()).vanish();
  await expect(lost).rejects.toMatchObject({ code: "timeout" });
  expect(await inspected()).toEqual([]);
  // It waited for its turn behind the one that was lost.
  (await steps.next()).succeed();
  await second;
  expect(await inspected()).toMatchObject([{ disks: true }]);
});
