import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientAuthenticate, eventually } from "../kit/client.ts";
import { freePort } from "../kit/test-cloud.ts";

const script = join(import.meta.dirname, "..", "..", "src", "main", "sealstone.ts");

/** The suite is run by so many at a time, each against a Placement of its own. */
const shares = 2;

interface Placement {
  readonly url: string;
  readonly statePath: string;
  /** SIGTERM; the exit status. */
  stop(): Promise<number>;
}

let folder: string;
let placements: readonly Placement[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-osc-placement-"));
  placements = await Promise.all(Array.from({ length: shares }, (_, share) => begin(`state-${share}`)));
});

afterAll(async () => {
  expect(await Promise.all(placements.map(({ stop }) => stop()))).toEqual(placements.map(() => 0));
  await rm(folder, { recursive: true });
});

async function begin(name: string): Promise<Placement> {
  const statePath = join(folder, name);
  const port = await freePort();
  const line = [script, "control-plane", "--state-path", statePath, "--port", String(port)];
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...line], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit").then(([code]: unknown[]) => code as number);
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => (printed += text.toString()));
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${printed}`);
    return printed.includes("Sealstone is up") ? true : undefined;
  }, 240_000);
  return {
    url: `http://127.0.0.1:${port}`,
    statePath,
    async stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

interface Result {
  readonly ran: number;
  readonly failed: Readonly<Record<string, string>>;
  readonly skipped: Readonly<Record<string, string>>;
}

/** The tests' client is told the token on its standard input: arguments and environment can be seen. */
async function suiteRun({ url, statePath }: Placement, share: number): Promise<Result> {
  const openrc = await readFile(join(statePath, "openrc"), "utf8");
  const password = /OS_PASSWORD=(\S+)/.exec(openrc)?.[1] ?? "";
  const { token } = await clientAuthenticate(url, { user: "admin", password, project: "admin" });
  const line = [
    join(import.meta.dirname, "osc-placement.py"),
    `${url}/placement`,
    String(share),
    String(shares),
  ];
  // Nothing of an openrc that whoever runs the tests has sourced.
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: folder };
  const child = spawn("/usr/bin/python3", line, { env });
  let [said, complained] = ["", ""];
  child.stdout.on("data", (text: Buffer) => (said += text.toString()));
  // The client's log of every test, megabytes: its end tells what went wrong.
  child.stderr.on("data", (text: Buffer) => (complained = (complained + text.toString()).slice(-10_000)));
  child.stdin.end(token);
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`the suite could not run:\n${complained}`);
  return JSON.parse(said) as Result;
}

// A Placement that knows no granular groups fails 5 of them.
test("the plugin's own functional tests pass, all 160 that Debian 12 carries", async () => {
  const results = await Promise.all(placements.map(suiteRun));
  for (const { failed, skipped } of results) expect([failed, skipped]).toEqual([{}, {}]);
  expect(results.reduce((sum, { ran }) => sum + ran, 0)).toBeGreaterThanOrEqual(160);
});
