/**
 * Allocation candidates over ever more providers, beside a bare Fastify route that sends the same bytes from the same process; PUT
 * allocations with eight clients on both databases; what the picture of the providers takes. Arguments: how many providers.
 */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { Agent, request, type RequestOptions } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { postgresqlBinaries, postgresqlStart } from "../test/kit/postgresql-server.ts";
import { figuresOf } from "./figures.ts";

const clients = 8;
const putSeconds = 5;
const asked =
  "/placement/allocation_candidates?resources=VCPU:1,MEMORY_MB:512,DISK_GB:1&required=COMPUTE_SECURITY_TPM_2_0";

/** Medians of OpenStack Zed in ms, limit=10 and without limit, and its PUT allocations a second with eight clients. */
const openstack: Readonly<Record<number, { limited: number; all: number; puts: number }>> = {
  100: { limited: 60, all: 87, puts: 33 },
  1_000: { limited: 380, all: 518, puts: 38 },
  10_000: { limited: 2_600, all: 3_100, puts: 45 },
};

interface Target {
  readonly url: string;
  readonly bareUrl: string;
  readonly token: string;
  readonly pictureMs: number;
  readonly pictureBytes: number;
}

export async function bench(args: readonly string[]): Promise<void> {
  const counts = args.length > 0 ? args.map(Number) : [100, 1_000, 10_000, 100_000];
  for (const count of counts) await withCloud([String(count)], (target) => candidatesMeasure(target, count));
  await withCloud(["1000"], (target) => putsMeasure(target, "SQLite"));
  const binaries = await postgresqlBinaries();
  if (binaries === undefined) return console.log("PUT allocations, PostgreSQL: it is not installed");
  const server = await postgresqlStart(binaries, { durable: true });
  try {
    await withCloud(["1000", server.url], (target) => putsMeasure(target, "PostgreSQL"));
  } finally {
    await server.stop();
  }
}

async function withCloud(args: readonly string[], run: (target: Target) => Promise<void>): Promise<void> {
  const script = join(import.meta.dirname, "placement-cloud.ts");
  const node = ["--disable-warning=ExperimentalWarning", "--expose-gc", script, ...args];
  const child = spawn(process.execPath, node, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      await run(JSON.parse(line) as Target);
      return;
    }
    throw new Error("the control plane ended");
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

async function candidatesMeasure(target: Target, count: number): Promise<void> {
  const headers = { "x-auth-token": target.token, "openstack-api-version": "placement 1.39" };
  const limited = { url: `${target.url}${asked}&limit=10`, headers };
  const all = { url: target.url + asked, headers };
  const peer = openstack[count];
  console.log(`\n${count} providers`);
  await candidatesLine("limit=10", target, { ...limited, times: 500, peerMs: peer?.limited });
  await candidatesLine("no limit", target, { ...all, times: count > 10_000 ? 15 : 50, peerMs: peer?.all });
  const perProvider = target.pictureBytes / count;
  console.log(
    `  picture: ${perProvider.toFixed(0)} bytes a provider, read in ${target.pictureMs.toFixed(0)} ms`,
  );
}

async function candidatesLine(
  name: string,
  target: Target,
  what: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly times: number;
    readonly peerMs: number | undefined;
  },
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const get = (url: string) => send(url, { agent, headers: what.headers });
  const { body } = await get(what.url);
  const bareUrl = `${target.bareUrl}/bare`;
  await send(
    bareUrl,
    { agent, method: "PUT", headers: { "content-type": "application/octet-stream" } },
    body,
  );
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = -5; round < what.times; round += 1) {
    for (const [samples, url] of [
      [ours, what.url],
      [bare, bareUrl],
    ] as const) {
      const startedAt = performance.now();
      await get(url);
      // The first few warm both up.
      if (round >= 0) samples.push(performance.now() - startedAt);
    }
  }
  agent.destroy();
  const median = figuresOf(ours).median;
  const factor = what.peerMs === undefined ? "" : `   OpenStack × ${(what.peerMs / median).toFixed(0)}`;
  console.log(
    `  ${name}   median ${median.toFixed(2)} ms   p99 ${p99(ours).toFixed(2)} ms   ${body.length} bytes   ` +
      `bare median ${figuresOf(bare).median.toFixed(2)} ms   p99 ${p99(bare).toFixed(2)} ms${factor}`,
  );
}

function p99(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}

async function putsMeasure(target: Target, database: string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const headers = {
    "x-auth-token": target.token,
    "openstack-api-version": "placement 1.39",
    "content-type": "application/json",
  };
  const samples: number[] = [];
  let next = 0;
  const until = performance.now() + putSeconds * 1_000;
  async function client(): Promise<void> {
    while (performance.now() < until) {
      const provider = `00000000-0000-4000-8000-${String((next += 1) % 1_000).padStart(12, "0")}`;
      const body = JSON.stringify({
        allocations: { [provider]: { resources: { VCPU: 1, MEMORY_MB: 512, DISK_GB: 1 } } },
        project_id: "bench",
        user_id: "bench",
        consumer_generation: null,
        consumer_type: "INSTANCE",
      });
      const startedAt = performance.now();
      const url = `${target.url}/placement/allocations/${randomUUID()}`;
      await send(url, { agent, method: "PUT", headers }, Buffer.from(body));
      samples.push(performance.now() - startedAt);
    }
  }
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  const perSecond = samples.length / putSeconds;
  console.log(
    `\nPUT allocations, ${clients} clients, ${database}: ${perSecond.toFixed(0)} a second   ` +
      `median ${figuresOf(samples).median.toFixed(2)} ms   p99 ${p99(samples).toFixed(2)} ms   ` +
      `OpenStack × ${(perSecond / (openstack[1_000]?.puts ?? Number.NaN)).toFixed(0)}`,
  );
}

/** Throws unless the answer is a success. */
function send(url: string, options: RequestOptions, payload?: Buffer): Promise<{ readonly body: Buffer }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const body = Buffer.concat(chunks);
        if ((answer.statusCode ?? 0) < 300) resolve({ body });
        else reject(new Error(`${url}: ${answer.statusCode} ${body.toString()}`));
      });
    });
    sent.on("error", reject);
    sent.end(payload);
  });
}
