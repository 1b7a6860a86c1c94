/**
 * What a vTPM costs: POST /servers → ACTIVE with a vTPM 2.0 CRB from a full pool of TPMs made ahead and from an empty one, and
 * without a vTPM; start and hard reboot; all with the image cached. The reference is the same domain by libvirt's own client,
 * turn by turn on the same machine: libvirt makes the TPM itself there, as it does for everybody who uses it so.
 */
import { execFile } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { sleep } from "#base/clock.ts";
import { prepareHost } from "../src/main/setup/prepare-host.ts";
import { startRealCloud, type RealCloud } from "../test/kit/real-cloud.ts";
import { figuresLine, figuresOf } from "./figures.ts";
import { rawRound, timed, type RawFigures } from "./raw-round.ts";
import { secretVisibleMs } from "./secret-watch.ts";
import { serverRun, type BenchServer } from "./server-run.ts";

const run = promisify(execFile);
/** Before a creation, so that nothing of the one before is under way. */
const quietMs = 500;
const socketPath = "/run/libvirt/libvirt-sock";

interface Round extends RawFigures {
  readonly full: number;
  readonly empty: number;
  readonly plain: number;
  readonly start: number;
  readonly hardReboot: number;
  readonly secretVisible: number;
}

const labels: Readonly<Record<keyof Round, string>> = {
  full: "POST /servers -> ACTIVE, vTPM 2.0 CRB, made ahead",
  empty: "POST /servers -> ACTIVE, vTPM 2.0 CRB, pool empty",
  plain: "POST /servers -> ACTIVE, no vTPM",
  made: "virsh define + start, same XML, libvirt makes the TPM",
  none: "virsh define + start, no TPM",
  noneStarted: "virsh start, no TPM",
  start: "os-start -> ACTIVE",
  started: "virsh start, TPM exists",
  hardReboot: "reboot HARD -> ACTIVE",
  rebooted: "virsh destroy + start, TPM exists",
  secretVisible: "libvirt has the secret, at a hard reboot",
};

export async function bench(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 7);
  await prepareHost({ log: (line) => console.error(line) });
  const cloud = await startRealCloud();
  const all: Round[] = [];
  try {
    // The image comes into the cache, the certificate authority is made.
    await (await serverRun(cloud.demo)).remove();
    for (let round = 0; round < rounds; round += 1) {
      const figures = await oneRound(cloud);
      all.push(figures);
      const { full, empty, plain, made } = figures;
      const ms = [full, empty, plain, made].map((value) => value.toFixed(0)).join(", ");
      console.error(`round ${round + 1} of ${rounds}: ahead, empty, no vTPM, virsh: ${ms} ms`);
    }
  } finally {
    await cloud.remove();
  }
  const of = (name: keyof Round): number[] => all.map((round) => round[name]);
  for (const name of Object.keys(labels) as (keyof Round)[]) console.log(figuresLine(labels[name], of(name)));
  const ratio = (name: keyof Round, to: keyof Round): string =>
    (figuresOf(of(name)).median / figuresOf(of(to)).median).toFixed(2);
  console.log(`create with a vTPM made ahead / without one: ${ratio("full", "plain")}   (aim 1.05)`);
  console.log(
    `create with a vTPM made ahead / virsh, libvirt makes it: ${ratio("full", "made")}   (aim under 1.0)`,
  );
  console.log(
    `create with a vTPM, pool empty / without one: ${ratio("empty", "plain")}, / virsh: ${ratio("empty", "made")}`,
  );
  console.log(`create without a vTPM / virsh define + start without one: ${ratio("plain", "none")}`);
  console.log(`virsh start, TPM exists / without one: ${ratio("started", "noneStarted")}`);
  console.log(`start / virsh: ${ratio("start", "started")}   (aim 1.15)`);
  console.log(`hard reboot / virsh: ${ratio("hardReboot", "rebooted")}   (aim 1.15)`);
}

async function oneRound(cloud: RealCloud): Promise<Round> {
  const ready = join(cloud.instancesPath, "tpm-pool", "ready-2.0");
  while ((await readdir(ready)).length === 0) await sleep(100);
  await sleep(quietMs);
  const server = await serverRun(cloud.demo);
  const { stdout: xml } = await run("virsh", ["dumpxml", "--inactive", "--security-info", server.id]);
  await act(cloud, server, { "os-stop": null }, "SHUTOFF");
  const start = await timed(() => act(cloud, server, { "os-start": null }, "ACTIVE"));
  const hardReboot = await timed(() => act(cloud, server, { reboot: { type: "HARD" } }, "ACTIVE"));
  const { visibleMs } = await secretVisibleMs(socketPath, server.id, () =>
    act(cloud, server, { reboot: { type: "HARD" } }, "ACTIVE"),
  );
  await server.remove();
  const emptied = await readdir(ready);
  for (const name of emptied) await rm(join(ready, name), { recursive: true });
  const fromEmpty = await serverRun(cloud.demo);
  await fromEmpty.remove();
  await sleep(quietMs);
  const plain = await serverRun(cloud.demo, "plain.small");
  await plain.remove();
  const raw = await rawRound(cloud.instancesPath, xml);
  return {
    ...raw,
    full: server.ms,
    empty: fromEmpty.ms,
    plain: plain.ms,
    start,
    hardReboot,
    secretVisible: visibleMs,
  };
}

/** From the request until the server has that status and nothing is under way. */
async function act({ demo }: RealCloud, { id }: BenchServer, action: object, wanted: string): Promise<void> {
  const path = `/compute/v2.1/servers/${id}`;
  const { status, body } = await demo.send("POST", `${path}/action`, action);
  if (status !== 202) throw new Error(JSON.stringify(body));
  for (;;) {
    const { server } = (await demo.send("GET", path)).body;
    if (server.status === wanted && server["OS-EXT-STS:task_state"] === null) return;
    if (server.status === "ERROR") throw new Error(JSON.stringify(server.fault));
    await sleep(5);
  }
}
