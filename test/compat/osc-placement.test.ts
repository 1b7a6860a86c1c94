import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientAuthenticate, eventually } from "../kit/client.ts";
import { freePort } from "../kit/test-cloud.ts";

const script = join(import.meta.dirname, "..", "..", "src", "main", "sealstone.ts");

let folder: string;
let url: string;
/** SIGTERM; the exit status. */
let stop: () => Promise<number>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-osc-placement-"));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const line = [script, "control-plane", "--state-path", join(folder, "state"), "--port", String(port)];
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...line], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit").then(([code]: unknown[]) => code as number);
  stop = async () => {
    child.kill("SIGTERM");
    return ended;
  };
  let printed = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => (printed += text.toString()));
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${printed}`);
    return printed.includes("Sealstone is up") ? true : undefined;
  }, 240_000);
});

afterAll(async () => {
  expect(await stop()).toBe(0);
  await rm(folder, { recursive: true });
});

/** The tests' client is told the token on its standard input: arguments and environment can be seen. */
async function suiteRun(token: string): Promise<string> {
  const line = [join(import.meta.dirname, "osc-placement.py"), `${url}/placement`];
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
  return said;
}

// A Placement that knows no granular groups fails 5 of them.
test("the plugin's own functional tests pass, all 160 that Debian 12 carries", async () => {
  const openrc = await readFile(join(folder, "state", "openrc"), "utf8");
  const password = /OS_PASSWORD=(\S+)/.exec(openrc)?.[1] ?? "";
  const { token } = await clientAuthenticate(url, { user: "admin", password, project: "admin" });
  const { ran, failed, skipped } = JSON.parse(await suiteRun(token)) as {
    ran: number;
    failed: Record<string, string>;
    skipped: Record<string, string>;
  };
  expect(failed).toEqual({});
  expect(skipped).toEqual({});
  expect(ran).toBeGreaterThanOrEqual(160);
});
