import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let root = "";
let env: NodeJS.ProcessEnv = {};

/** A checkout of a few files, whose npm writes down how it was called. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "sealstone-launch-"));
  const nodeFolder = join(root, "node_modules", `node-linux-${process.arch}`, "bin");
  for (const folder of [
    nodeFolder,
    join(root, "bin"),
    join(root, "fake"),
    join(root, "node_modules", ".bin"),
  ]) {
    await mkdir(folder, { recursive: true });
  }
  await symlink(process.execPath, join(nodeFolder, "node"));
  await copyFile(join(import.meta.dirname, "launch.mjs"), join(root, "bin", "launch.mjs"));
  await writeFile(join(root, "package.json"), '{"type":"module"}');
  await writeFile(join(root, "package-lock.json"), "{}");
  await writeFile(join(root, "node_modules", ".package-lock.json"), "{}");
  await npmWrite('echo "$PWD $*" >> npm-calls');
  env = {
    ...process.env,
    PATH: [join(root, "fake"), dirname(process.execPath), process.env["PATH"]].join(delimiter),
  };
});

afterEach(() => rm(root, { recursive: true }));

async function npmWrite(commands: string): Promise<void> {
  await writeFile(join(root, "fake", "npm"), `#!/bin/sh\n${commands}\n`);
  await chmod(join(root, "fake", "npm"), 0o755);
}

const npmCalls = (): Promise<string> => readFile(join(root, "npm-calls"), "utf8").catch(() => "");

async function lockfileTouch(ageMs: number): Promise<void> {
  const time = new Date(Date.now() - ageMs);
  await utimes(join(root, "package-lock.json"), time, time);
}

interface Ended {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(root, "bin", "launch.mjs"), ...args],
      { env, cwd: tmpdir() },
      (error, stdout, stderr) => resolve({ code: error?.code ?? (error ? "signal" : 0), stdout, stderr }),
    );
  });
}

test("the script gets its arguments and the project's own node, first in PATH", async () => {
  await writeFile(
    join(root, "say.ts"),
    "console.log(JSON.stringify([process.argv.slice(2), process.env['PATH']?.split(':')[0]]));",
  );
  const { code, stdout, stderr } = await launch("say.ts", "a b", "--c");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const nodeFolder = join(root, "node_modules", `node-linux-${process.arch}`, "bin");
  expect(JSON.parse(stdout)).toEqual([["a b", "--c"], nodeFolder]);
});

test.each([
  ["process.exit(7)", 7],
  ["process.kill(process.pid, 'SIGKILL')", 137],
  ["process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)", 143],
])("%s ends the launcher with %i", async (program, status) => {
  await writeFile(join(root, "node_modules", ".bin", "ends"), program);
  expect(await launch("ends")).toMatchObject({ code: status });
});

test.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"] as const)("%s reaches the program", async (signal) => {
  await writeFile(
    join(root, "wait.ts"),
    `process.on("${signal}", () => process.exit(9)); setTimeout(() => process.exit(1), 3000); console.log("ready");`,
  );
  const child = spawn(process.execPath, [join(root, "bin", "launch.mjs"), "wait.ts"], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([9, null]);
});

test("packages are installed when the lockfile is newer than what is installed, and once", async () => {
  await writeFile(join(root, "nothing.ts"), "");
  await lockfileTouch(60_000);
  expect(await launch("nothing.ts")).toMatchObject({ code: 0, stderr: "" });
  expect(await npmCalls()).toBe("");
  await lockfileTouch(-50);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await launch("nothing.ts")).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("Installing npm packages"),
  });
  expect(await npmCalls()).toMatch(new RegExp(`^${root} install .*--no-save.*\\n$`));
  expect(await launch("nothing.ts")).toMatchObject({ code: 0, stderr: "" });
  expect((await npmCalls()).split("\n")).toHaveLength(2);
});

test("a failing install ends it: what was installed may not fit", async () => {
  await writeFile(join(root, "nothing.ts"), "console.log('ran')");
  await npmWrite("exit 4");
  await lockfileTouch(-60_000);
  const { code, stdout, stderr } = await launch("nothing.ts");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(`npm install failed in ${root} (exit status 4)`);
});

test.each([["nosuch"], ["src/nosuch.ts"], []])(
  "an unknown program (%s) is one line",
  async (...args: string[]) => {
    const { code, stderr } = await launch(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^There is no program "[^"]*" \(looked for .*\); allowed are .*\n$/);
  },
);

test("without the project's node it says what to do", async () => {
  await rm(join(root, "node_modules", `node-linux-${process.arch}`), { recursive: true });
  expect(await launch("nothing.ts")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Run "npm install" in'),
  });
});
