/**
 * What a server does in its life, request to state, against the same by libvirt's own client on a domain of the same XML,
 * turn by turn on the same machine. Beside them what real Nova took on a machine like this one.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { prepareHost } from "../src/main/setup/prepare-host.ts";
import { startRealCloud, type RealCloud } from "../test/kit/real-cloud.ts";
import { figuresOf } from "./figures.ts";
import { guestBooted, rawDomain } from "./raw-domain.ts";
import { serverRun } from "./server-run.ts";

const run = promisify(execFile);

const operations = [
  "stop",
  "start",
  "hard reboot",
  "suspend",
  "resume",
  "shelve",
  "unshelve",
  "rebuild",
  "delete",
] as const;
type Operation = (typeof operations)[number];

/** Seconds, of real Nova with a vTPM; it refuses the others to such a server. */
const novaSeconds: Partial<Record<Operation, number>> = {
  stop: 1.7,
  start: 2.2,
  "hard reboot": 3.7,
  suspend: 2.3,
  resume: 1.9,
  delete: 2.6,
};

type Samples = Record<Operation, number[]>;
type Measure = (operation: Operation, work: () => Promise<void>) => Promise<void>;

export async function bench(args: readonly string[]): Promise<void> {
  const rounds = Number(args[0] ?? 5);
  await prepareHost({ log: (line) => console.error(line) });
  const cloud = await startRealCloud();
  const [ours, raw] = [samplesEmpty(), samplesEmpty()];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const xml = await ourRound(cloud, measureInto(ours));
      await rawRound(xml, join(cloud.instancesPath, "bench"), measureInto(raw));
      console.error(`round ${round + 1} of ${rounds}`);
    }
  } finally {
    await cloud.remove();
  }
  for (const operation of operations) console.log(comparison(operation, ours[operation], raw[operation]));
}

function samplesEmpty(): Samples {
  return Object.fromEntries(operations.map((operation) => [operation, [] as number[]])) as Samples;
}

function measureInto(samples: Samples): Measure {
  return async (operation, work) => {
    const started = performance.now();
    await work();
    samples[operation].push(performance.now() - started);
  };
}

function comparison(operation: Operation, ours: readonly number[], raw: readonly number[]): string {
  const [own, reference] = [figuresOf(ours), figuresOf(raw)];
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(3)} s`;
  const range = `(${seconds(own.least)}–${seconds(own.most)}, n=${ours.length})`;
  const nova = novaSeconds[operation];
  return [
    operation.padEnd(12),
    `median ${seconds(own.median)} ${range}`,
    `virsh ${seconds(reference.median)}`,
    `ratio ${(own.median / reference.median).toFixed(2)}`,
    nova === undefined ? "Nova refuses it with a vTPM" : `Nova ${nova.toFixed(1)} s`,
  ].join("   ");
}

async function ourRound({ demo, instancesPath }: RealCloud, measure: Measure): Promise<string> {
  const { id, remove } = await serverRun(demo);
  const path = `/compute/v2.1/servers/${id}`;
  const consoleLog = join(instancesPath, "servers", id, "console.log");
  const show = async (): Promise<Record<string, unknown>> =>
    (await demo.send("GET", path)).body.server as Record<string, unknown>;
  const act = async (body: object, wanted: string): Promise<void> => {
    const answer = await demo.send("POST", `${path}/action`, body);
    if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
    for (;;) {
      const { status, "OS-EXT-STS:task_state": task } = await show();
      if (status === wanted && task === null) return;
      if (status === "ERROR") throw new Error(JSON.stringify(await show()));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const { image } = await show();
  const { stdout: xml } = await run("virsh", ["dumpxml", "--inactive", "--security-info", id]);
  await guestBooted(consoleLog, 1);
  await measure("stop", () => act({ "os-stop": null }, "SHUTOFF"));
  await measure("start", () => act({ "os-start": null }, "ACTIVE"));
  await measure("hard reboot", () => act({ reboot: { type: "HARD" } }, "ACTIVE"));
  await guestBooted(consoleLog, 2);
  await measure("suspend", () => act({ suspend: null }, "SUSPENDED"));
  await measure("resume", () => act({ resume: null }, "ACTIVE"));
  await measure("shelve", () => act({ shelve: null }, "SHELVED_OFFLOADED"));
  await measure("unshelve", () => act({ unshelve: null }, "ACTIVE"));
  await guestBooted(consoleLog, 1);
  const rebuild = { imageRef: (image as { id: string }).id };
  await measure("rebuild", () => act({ rebuild }, "ACTIVE"));
  await measure("delete", remove);
  return xml;
}

async function rawRound(xml: string, folder: string, measure: Measure): Promise<void> {
  const domain = await rawDomain(xml, folder);
  try {
    await domain.diskMake();
    await domain.define();
    await domain.start();
    await guestBooted(domain.consoleLog, 1);
    await measure("stop", () => domain.shutdown());
    await measure("start", () => domain.start());
    await measure("hard reboot", async () => {
      await domain.destroy();
      await domain.define();
      await domain.start();
    });
    await guestBooted(domain.consoleLog, 2);
    await measure("suspend", () => domain.managedSave());
    await measure("resume", () => domain.start());
    await measure("shelve", () => domain.shelve());
    await measure("unshelve", () => domain.unshelve());
    await guestBooted(domain.consoleLog, 3);
    await measure("rebuild", async () => {
      await domain.destroy();
      await domain.diskMake();
      await domain.define();
      await domain.start();
    });
    await measure("delete", () => domain.delete());
  } finally {
    await domain.remove();
  }
}
