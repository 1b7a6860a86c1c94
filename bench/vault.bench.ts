/**
 * What the vault of TPM states costs: messages, bytes and time of one real boot, and of a thousand servers starting in a minute on
 * simulated hosts, where each TPM changes as often after its start as a real guest's did. The reference of the second is the same
 * without TPMs.
 */
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simFleetStart, type SimFleet } from "#agent/sim/fleet.ts";
import { simGuestWrite } from "#agent/sim/guest-files.ts";
import { tpmOrderNext, vaultPut } from "#agent/tpm/vault.ts";
import { sleep } from "#base/clock.ts";
import { silentLogger } from "#base/logger.ts";
import { createInProcessBus, type Bus } from "#bus/index.ts";
import { controlPlaneStart } from "../src/main/control-plane.ts";
import { prepareHost } from "../src/main/setup/prepare-host.ts";
import { busRecorded, type BusMessage } from "../test/kit/bus-record.ts";
import { clientAuthenticate, type Client } from "../test/kit/client.ts";
import { startOwnProcessCloud } from "../test/kit/own-process-cloud.ts";
import { freePort } from "../test/kit/test-cloud.ts";
import { figuresLine, figuresOf } from "./figures.ts";
import { cpuMs } from "./process-usage.ts";
import { serverRun } from "./server-run.ts";

/** A guest has written all it writes at its boot. */
const bootMs = 20_000;
const rushMs = 60_000;

export async function bench(args: readonly string[]): Promise<void> {
  const [rounds, servers] = [Number(args[0] ?? 3), Number(args[1] ?? 1_000)];
  await prepareHost({ log: (line) => console.error(line) });
  const { states, stateBytes } = await realBoots(rounds);
  // One of them is the TPM as it was made, which simulated hosts hand in too.
  await rush(servers, "vtpm.small", { changes: states - 1, stateBytes });
  await rush(servers, "plain.small", { changes: 0, stateBytes });
}

const isVaults = ({ subject }: BusMessage): boolean => subject.startsWith("tpm.");

async function realBoots(rounds: number): Promise<{ states: number; stateBytes: number }> {
  const heard: BusMessage[] = [];
  const cloud = await startOwnProcessCloud({ poolSize: 1, hear: (message) => heard.push(message) });
  try {
    const [messages, bytes, waited]: [number[], number[], number[]] = [[], [], []];
    const [puts, sizes]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      heard.length = 0;
      const server = await serverRun(cloud.demo);
      // What the start waits for; the rest goes beside it.
      const toActive = heard.filter(isVaults).reduce((sum, { ms }) => sum + (ms ?? 0), 0);
      await sleep(bootMs);
      const all = heard.filter(isVaults);
      messages.push(all.length);
      bytes.push(bytesOf(all));
      waited.push(toActive);
      const put = all.filter(({ subject, kind }) => subject === "tpm.state-put" && kind === "request");
      puts.push(put.length);
      sizes.push(...put.map(({ json }) => stateBytesOf(json)));
      await server.remove();
    }
    const median = (samples: readonly number[]): number => figuresOf(samples).median;
    console.log(
      `one real boot, from POST /servers until ${bootMs / 1_000} s after ACTIVE, n=${rounds}: ${median(messages)} messages of the vault ` +
        `(requests and answers), ${median(puts)} states, ${(median(bytes) / 1_024).toFixed(1)} KiB`,
    );
    console.log(figuresLine("waited for the vault on the way to ACTIVE", waited));
    return { states: Math.round(median(puts)), stateBytes: Math.round(median(sizes)) };
  } finally {
    await cloud.remove();
  }
}

function stateBytesOf(json: string): number {
  return Buffer.from((JSON.parse(json) as { bytes: string }).bytes, "base64").length;
}

interface Writing {
  /** How often each TPM changes after its start. */
  readonly changes: number;
  readonly stateBytes: number;
}

/** So many servers asked for in a minute, evenly; none of them earlier than its turn. */
async function rush(count: number, flavorName: string, writing: Writing): Promise<void> {
  const statePath = await mkdtemp(join(tmpdir(), "sealstone-vault-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const heard: BusMessage[] = [];
  const bus = busRecorded(createInProcessBus(), (message) => {
    if (isVaults(message)) heard.push(message);
  });
  const controlPlane = await controlPlaneStart({
    statePath,
    database: { kind: "sqlite", path: join(statePath, "sealstone.sqlite") },
    replicaId: "control-plane bench",
    address: "127.0.0.1",
    port,
    publicUrl: url,
    bus,
    log: silentLogger,
    guest: await simGuestWrite(join(statePath, "guest")),
  });
  const size = { vcpus: 64, memoryMiB: 256 * 1_024, diskGiB: 10_000 };
  const fleet = await simFleetStart(
    { hosts: 20, commandMs: 0, size },
    { bus, log: silentLogger, folder: join(statePath, "sim") },
  );
  try {
    const password = async (file: string): Promise<string> =>
      /OS_PASSWORD=(\S+)/.exec(await readFile(join(statePath, file), "utf8"))?.[1] ?? "";
    const admin = await clientAuthenticate(url, {
      user: "admin",
      password: await password("openrc"),
      project: "admin",
    });
    const demo = await clientAuthenticate(url, {
      user: "demo",
      password: await password("openrc-demo"),
      project: "demo",
    });
    const quota_set = { instances: -1, cores: -1, ram: -1 };
    await admin.send("PUT", `/compute/v2.1/os-quota-sets/${demo.projectId}`, { quota_set });
    const processorBefore = await cpuMs(process.pid);
    const startedAt = performance.now();
    const ask = await serverAsker(demo, flavorName);
    const asked: Promise<number>[] = [];
    const one = async (): Promise<number> => {
      const { id, ms } = await ask();
      await guestWrites(bus, fleet, id, writing);
      return ms;
    };
    for (let index = 0; index < count; index += 1) {
      const dueAt = startedAt + (index * rushMs) / count;
      await sleep(Math.max(0, dueAt - performance.now()));
      asked.push(one());
    }
    const taken = await Promise.all(asked);
    const wholeMs = performance.now() - startedAt;
    const answers = heard.filter(({ kind }) => kind === "answer");
    const processorMs = (await cpuMs(process.pid)) - processorBefore;
    console.log(
      `${count} servers (${flavorName}) asked for in ${rushMs / 1_000} s on 20 simulated hosts: done after ${(wholeMs / 1_000).toFixed(1)} s; ` +
        `processor time of control plane, hosts and client ${(processorMs / 1_000).toFixed(1)} s`,
    );
    console.log(figuresLine("  POST /servers -> ACTIVE", taken));
    if (answers.length === 0) return;
    console.log(
      `  vault: ${heard.length} messages, ${(bytesOf(heard) / 1_024 ** 2).toFixed(1)} MiB, ${(heard.length / (wholeMs / 1_000)).toFixed(0)} a second`,
    );
    for (const subject of new Set(answers.map((answer) => answer.subject))) {
      const ms = answers.filter((answer) => answer.subject === subject).map((answer) => answer.ms ?? 0);
      console.log(figuresLine(`  ${subject}, until it was durable`, ms));
    }
  } finally {
    await controlPlane.stop();
    await fleet.stop();
    await bus.close();
    await rm(statePath, { recursive: true, force: true });
  }
}

/** Asks for one server; answers when it is ACTIVE, with the milliseconds that took. */
async function serverAsker(
  demo: Client,
  flavorName: string,
): Promise<() => Promise<{ readonly id: string; readonly ms: number }>> {
  const images = await demo.send("GET", "/image/v2/images?name=sealstone-guest");
  const { flavors } = (await demo.send("GET", "/compute/v2.1/flavors")).body as {
    flavors: { name: string; id: string }[];
  };
  const imageRef = images.body.images[0].id as string;
  const flavorRef = flavors.find(({ name }) => name === flavorName)?.id ?? "";
  return async () => {
    const started = performance.now();
    const server = { name: "rush", imageRef, flavorRef, networks: "none" };
    const { status, body } = await demo.send("POST", "/compute/v2.1/servers", { server }, "2.37");
    if (status !== 202) throw new Error(JSON.stringify(body));
    const id = body.server.id as string;
    for (;;) {
      const now = (await demo.send("GET", `/compute/v2.1/servers/${id}`)).body.server;
      if (now.status === "ACTIVE") return { id, ms: performance.now() - started };
      if (now.status === "ERROR") throw new Error(JSON.stringify(now.fault));
      await sleep(100);
    }
  };
}

/** As the agent of a real host does while the guest boots: what changes is handed in at most every 400 ms. */
async function guestWrites(
  bus: Bus,
  fleet: SimFleet,
  serverId: string,
  { changes, stateBytes }: Writing,
): Promise<void> {
  const { hostId = "" } = fleet.hosts.find(({ servers }) => servers.has(serverId)) ?? {};
  for (let change = 0; change < changes; change += 1) {
    await sleep(400);
    const bytes = randomBytes(stateBytes);
    await vaultPut({ bus, hostId }, serverId, { bytes, cause: "changed", order: tpmOrderNext() });
  }
}

function bytesOf(messages: readonly BusMessage[]): number {
  return messages.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
}
