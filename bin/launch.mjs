// Runs a TypeScript file or a package's command under the project's own Node 24.
// Plain JavaScript that any Node >= 20 can run; see ARCHITECTURE.md, "Node 24 everywhere".
//   node bin/launch.mjs src/main/sealstone.ts up
//   node bin/launch.mjs vitest run
import { spawn, spawnSync } from "node:child_process";
import { existsSync, realpathSync, statSync, utimesSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const nodeFolder = join(root, "node_modules", `node-linux-${process.arch}`, "bin");

/** @param {string} path */
function modifiedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function installPackages() {
  const installed = join(root, "node_modules", ".package-lock.json");
  const lockfile = join(root, "package-lock.json");
  if (modifiedAt(installed) >= modifiedAt(lockfile)) return;
  console.error("Installing npm packages (about 400 MB, once) …");
  // Not "npm ci": that refuses a lockfile without the packages of platforms that are not ours. What is locked is
  // installed as locked, with its integrity checked, and the lockfile stays as it is.
  const npm = spawnSync(
    "npm",
    [
      "install",
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      // Whatever NODE_ENV or the user's npm configuration leave out: Node itself is an optional package.
      "--include=dev",
      "--include=optional",
    ],
    {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
    },
  );
  if (npm.status !== 0) {
    console.error(
      `npm install failed in ${root} (exit status ${npm.status ?? npm.error}); repair that and run again.`,
    );
    process.exit(1);
  }
  // A checkout may give the lockfile a time later than the install's own.
  const now = new Date();
  utimesSync(installed, now, now);
}

/** @param {string[]} args */
export function launch(args) {
  installPackages();
  const node = join(nodeFolder, "node");
  if (!existsSync(node)) {
    console.error(
      `Sealstone runs on Linux x64 and arm64; there is no ${node}. Run "npm install" in ${root}.`,
    );
    process.exit(1);
  }
  const [program = "", ...rest] = args;
  const script = program.endsWith(".ts") ? join(root, program) : join(root, "node_modules", ".bin", program);
  if (program === "" || !existsSync(script)) {
    console.error(
      `There is no program "${program}" (looked for ${script}); allowed are a .ts file of this checkout and the commands in node_modules/.bin.`,
    );
    process.exit(1);
  }
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", script, ...rest], {
    stdio: "inherit",
    // Compiled code is kept from one start to the next: a quarter of a second less, for the program and what it starts.
    env: {
      NODE_COMPILE_CACHE: join(root, "node_modules", ".cache", "node"),
      ...process.env,
      PATH: `${nodeFolder}${delimiter}${process.env.PATH ?? ""}`,
    },
  });
  // One that was sent to the whole group reaches the program twice; it takes them for one (until-stopped.ts).
  for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR1"])
    process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`${node} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) =>
    process.exit(code ?? 128 + (constants.signals[signal ?? "SIGTERM"] ?? 0)),
  );
}

if (realpathSync(process.argv[1] ?? ".") === realpathSync(fileURLToPath(import.meta.url)))
  launch(process.argv.slice(2));
