import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { packagesInstall, packagesMissing } from "../src/main/setup/packages.ts";
import { cpuMs } from "./process-usage.ts";

const run = promisify(execFile);
const log = join(tmpdir(), "sealstone-bench-apt.log");

export interface LoadRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface LoadFigures {
  readonly perSecond: number;
  readonly p99Ms: number;
  /** Of the process under load, for each request. */
  readonly cpuMs: number;
  readonly failed: number;
}

export async function loadPrepare(): Promise<void> {
  if ((await packagesMissing(["wrk"])).length > 0) await packagesInstall(["wrk"], log);
}

/** wrk with one thread for so many seconds, against a process of this machine. */
export async function load(
  request: LoadRequest,
  options: { readonly pid: number; readonly connections: number; readonly seconds: number },
): Promise<LoadFigures> {
  const folder = await mkdtemp(join(tmpdir(), "sealstone-bench-"));
  try {
    const script = join(folder, "request.lua");
    await writeFile(script, luaOf(request), { mode: 0o600 });
    const before = await cpuMs(options.pid);
    const { stdout } = await run("wrk", [
      "-t1",
      `-c${options.connections}`,
      `-d${options.seconds}s`,
      "--latency",
      "-s",
      script,
      request.url,
    ]);
    const used = (await cpuMs(options.pid)) - before;
    const count = Number(/(\d+) requests in/.exec(stdout)?.[1]);
    return {
      perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
      p99Ms: durationMs(/99%\s+([\d.]+)(us|ms|s|m)/.exec(stdout)),
      cpuMs: used / count,
      failed: Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function luaOf({ method, headers, body }: LoadRequest): string {
  const text = (value: string): string => JSON.stringify(value);
  return [
    `wrk.method = ${text(method)}`,
    ...Object.entries(headers).map(([name, value]) => `wrk.headers[${text(name)}] = ${text(value)}`),
    ...(body === undefined ? [] : [`wrk.body = ${text(body)}`]),
  ].join("\n");
}

function durationMs(match: RegExpExecArray | null): number {
  const factors: Record<string, number> = { us: 0.001, ms: 1, s: 1_000, m: 60_000 };
  return Number(match?.[1]) * (factors[match?.[2] ?? ""] ?? Number.NaN);
}
