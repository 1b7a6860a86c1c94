import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import {
  commands,
  createInProcessBus,
  hostRegister,
  serverPowerChanged,
  tpmStateCompare,
  type Bus,
} from "#bus/index.ts";
import { FakeLibvirtd } from "#libvirt/fake/index.ts";
import { boxSeal } from "#seal/index.ts";
import { vtpmAssociatedData } from "#vtpm/index.ts";
import { agentConfigDefaults, createAgent, type Agent } from "./index.ts";

let folder: string;
let fake: FakeLibvirtd;
let bus: Bus;
let agents: Agent[];
let registrations: string[];
let publicKey: string;
/** What the control plane answers to the next registrations instead of taking them. */
let refusals: CloudError[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-"));
  await chmod(folder, 0o711);
  fake = await FakeLibvirtd.start();
  bus = createInProcessBus();
  agents = [];
  registrations = [];
  refusals = [];
  bus.serve(hostRegister, {}, ({ hostname, traits, ...facts }) => {
    ({ publicKey } = facts);
    const refusal = refusals.shift();
    if (refusal) return Promise.reject(refusal);
    registrations.push(`${hostname} ${traits.some((trait) => trait.includes("TPM"))}`);
    return Promise.resolve({});
  });
});

afterEach(async () => {
  for (const agent of agents) await agent.stop();
  await fake[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function agentOf(swtpmEnabled: boolean, cloudId = "ours"): Agent {
  const libvirt = { ...agentConfigDefaults.libvirt, socketPath: fake.socketPath, swtpmEnabled };
  const config = { ...agentConfigDefaults, host: "here", libvirt };
  const places = { statePath: join(folder, cloudId), instancesPath: join(folder, `${cloudId}-instances`) };
  const agent = createAgent({ bus, config, log: silentLogger, clock: systemClock, cloudId, ...places });
  agents.push(agent);
  return agent;
}

const tpm = { version: "2.0", model: "tpm-crb", secretId: newUuid() } as const;

function specOf(serverId: string) {
  return { serverId, instanceName: `i-${serverId}`, displayName: "web", vcpus: 1, memoryMiB: 64 };
}

const soon = { timeoutMs: 5_000 };
const until = { timeout: 5_000, interval: 5 };

test("refuses to start on a host that misses what its configuration promises, naming the part and its fix", async () => {
  await expect(agentOf(true).start()).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringMatching(
      /emulated TPMs: domain capabilities list no <tpm>.*Fix: apt-get install swtpm swtpm-tools/,
    ),
  });
  await fake.stop();
  await expect(agentOf(false).start()).rejects.toThrow(
    /libvirtd gave no answer at .*apt-get install libvirt-daemon-system/,
  );
});

test("refuses a place for its disks that QEMU's user cannot reach", async () => {
  await chmod(folder, 0o700);
  await expect(agentOf(false).start()).rejects.toThrow(`chmod o+x ${folder} `);
});

test("refuses to go on without TPMs while servers have one", async () => {
  const first = agentOf(false);
  const { hostId } = await first.start();
  const serverId = newUuid();
  await bus.request(commands.domainDefine, { ...specOf(serverId), tpm }, { hostId, ...soon });
  await first.stop();
  await expect(agentOf(false).start()).rejects.toThrow(
    new RegExp(`swtpm_enabled: False, but 1 server.*${serverId}`),
  );
  await expect(agentOf(false, "another").start()).resolves.toBeDefined();
});

test("a host keeps its id, registers at its start and when libvirtd comes back, and tells power states", async () => {
  const powers: string[] = [];
  bus.subscribe(serverPowerChanged, ({ powerState }) => void powers.push(powerState));
  const first = agentOf(false);
  const { hostId } = await first.start();
  await expect.poll(() => registrations, until).toEqual(["here false"]);
  const serverId = newUuid();
  await bus.request(commands.domainDefine, specOf(serverId), { hostId, ...soon });
  await bus.request(commands.domainStart, { serverId }, { hostId, ...soon });
  await expect.poll(() => powers.at(-1), until).toBe("running");
  const told = powers.length;
  fake.dropConnections();
  await expect.poll(() => registrations.length, until).toBe(2);
  await expect.poll(() => powers.length, until).toBeGreaterThan(told);
  await first.stop();
  expect(await agentOf(false).start()).toEqual({ hostId });
});

test("is registered once the control plane took it, however often it did not", async () => {
  refusals.push(new CloudError("unavailable", "not yet"), new CloudError("timeout", "nor now"));
  const agent = agentOf(false);
  await agent.start();
  expect(registrations).toEqual([]);
  await agent.registered();
  expect(registrations).toEqual(["here false"]);
});

test("a host whose name another one has is told so instead of trying for ever", async () => {
  refusals.push(new CloudError("already-exists", "Host here reports itself as another"));
  const agent = agentOf(false);
  await agent.start();
  await expect(agent.registered()).rejects.toThrow("Host here reports itself as another");
});

test("two clouds on one libvirt do not see or touch each other's servers", async () => {
  const [ours, theirs] = [await agentOf(false).start(), await agentOf(false, "theirs").start()];
  const serverId = newUuid();
  await bus.request(commands.domainDefine, specOf(serverId), { ...ours, ...soon });
  const inspect = (host: { hostId: string }) =>
    bus.request(commands.serversInspect, {}, { ...host, ...soon });
  expect(await inspect(ours)).toMatchObject({
    servers: [{ serverId, domain: true, disks: false, tpm: false }],
  });
  expect(await inspect(theirs)).toEqual({ servers: [] });
  const undefine = bus.request(commands.domainUndefine, { serverId }, { ...theirs, ...soon });
  await expect(undefine).rejects.toThrow(/belongs to cloud ours, not to this one/);
});

test("a server whose TPM state is missing is not started when the vault has none, or does not answer", async () => {
  const agent = agentOf(false);
  const { hostId } = await agent.start();
  await agent.registered();
  const serverId = newUuid();
  await bus.request(commands.domainDefine, { ...specOf(serverId), tpm }, { hostId, ...soon });
  const passphrase = await boxSeal(publicKey, Buffer.from("p"), vtpmAssociatedData(serverId));
  const start = () =>
    bus.request(commands.domainStart, { serverId, tpm: { spec: tpm, passphrase } }, { hostId, ...soon });
  await expect(start()).rejects.toMatchObject({ code: "unavailable" });
  const questions: unknown[] = [];
  bus.serve(tpmStateCompare, {}, async (question) => {
    questions.push(question);
    return { standing: "first" as const, held: false };
  });
  await expect(start()).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringMatching(`^Server ${serverId} is not started: the TPM state is missing`) as string,
  });
  expect(questions).toContainEqual({ hostId, serverId });
  expect(fake.calls).not.toContain("domainCreateWithFlags");
});

test("a guest that does not heed the power button is powered off in the end", async () => {
  const { hostId } = await agentOf(false).start();
  const serverId = newUuid();
  await bus.request(commands.domainDefine, specOf(serverId), { hostId, ...soon });
  await bus.request(commands.domainStart, { serverId }, { hostId, ...soon });
  fake.next("domainShutdownFlags", {
    kind: "error",
    error: { code: "operation-invalid", domain: "qemu", message: "deaf" },
  });
  await bus.request(commands.domainStop, { serverId, timeoutS: 0.02 }, { hostId, ...soon });
  expect(fake.calls.filter((call) => call === "domainDestroyFlags")).toHaveLength(1);
});
