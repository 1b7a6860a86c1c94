import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const script = join(import.meta.dirname, "sealstone.ts");
const node = ["--disable-warning=ExperimentalWarning", script];

let folder: string;
let state: string;
let taken: Server | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-line-"));
  state = join(folder, "state");
});
afterEach(async () => {
  taken?.close();
  taken = undefined;
  await rm(folder, { recursive: true });
});

function sealstone(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...node, ...args], (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}

/** A port that something listens on. */
async function takenPort(): Promise<number> {
  taken = createServer();
  taken.listen(0, "127.0.0.1");
  await once(taken, "listening");
  return (taken.address() as { port: number }).port;
}

async function freePort(): Promise<number> {
  const port = await takenPort();
  await new Promise((resolve) => taken?.close(resolve));
  return port;
}

/** `sealstone control-plane`, in a process group of its own; resolves when it says that it is up. */
async function controlPlane(port: number): Promise<{ child: ChildProcess; said: () => string }> {
  const args = ["control-plane", "--state-path", state, "--port", String(port)];
  const child = spawn(process.execPath, [...node, ...args], {
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (text: Buffer) => (said += text.toString()));
  await expect.poll(() => said, { timeout: 20_000 }).toContain("Sealstone is up");
  return { child, said: () => said };
}

test("help, version, and what is not known", async () => {
  const help = await sealstone("--help");
  expect(help.code).toBe(0);
  for (const name of [
    "up",
    "control-plane",
    "agent",
    "doctor",
    "db",
    "policy",
    "audit",
    "tpm",
    "key-manager",
  ])
    expect(help.stdout).toContain(`  ${name} `);
  expect(await sealstone("up", "--help")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("--state-path"),
  });
  expect(await sealstone("--version")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^sealstone \d+\.\d+\.\d+\n$/),
  });
  expect(await sealstone("fly")).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no command "fly"; there are: .*control-plane/),
  });
  expect(await sealstone("up", "--fly")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^sealstone: .*--fly.*\n$/),
  });
  expect(await sealstone()).toMatchObject({ code: 2 });
});

test("a control plane alone is a full API with its openrc files, and a signal to its whole group stops it cleanly", async () => {
  const port = await freePort();
  const { child, said } = await controlPlane(port);
  expect((await fetch(`http://127.0.0.1:${port}/identity/v3`)).status).toBe(200);
  for (const name of ["openrc", "openrc-demo"]) {
    expect((await stat(join(state, name))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(state, name), "utf8")).toContain(
      `OS_AUTH_URL=http://127.0.0.1:${port}/identity`,
    );
  }
  // As a terminal, npm and the launcher bring it: more than once.
  child.kill("SIGTERM");
  process.kill(-(child.pid ?? 0), "SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
  expect(said()).toMatch(/Stopped\.\n$/);
});

test("the database's migrations: none, then all; each start brings them too", async () => {
  expect((await sealstone("db", "status", "--state-path", state)).stdout).toMatch(
    /^missing {2}0001-identity$/m,
  );
  expect(await sealstone("db", "migrate", "--state-path", state)).toMatchObject({ code: 0 });
  const { stdout } = await sealstone("db", "status", "--state-path", state);
  expect(stdout).toMatch(/^applied {2}0001-identity$/m);
  expect(stdout).not.toContain("missing");
  expect(await sealstone("db", "--state-path", state)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("migrate, status"),
  });
});

test("what a user can mend is one line, and nothing is left behind", async () => {
  const port = await takenPort();
  const busy = await sealstone("control-plane", "--state-path", state, "--port", String(port));
  expect(busy).toMatchObject({
    code: 1,
    stderr: `sealstone: Port ${port} of 127.0.0.1 is taken: stop what listens there, or choose another --port.\n`,
  });
  await writeFile(join(folder, "somebody's"), "");
  const mode = (await stat(folder)).mode;
  const strange = await sealstone("control-plane", "--state-path", folder);
  expect(strange).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /^sealstone: --state-path .* is no state directory of Sealstone and not empty .*\n$/,
    ),
  });
  expect((await stat(folder)).mode).toBe(mode);
});
