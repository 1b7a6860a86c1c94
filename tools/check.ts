/** `npm run check`: types, lint, format, import boundaries, unused code. Prints what failed, and only that. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { boundariesCheck, boundariesSilent } from "./boundaries.ts";

const root = join(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules", ".bin", name);

interface Check {
  readonly name: string;
  /** What is wrong; empty when nothing is. */
  readonly run: () => Promise<string>;
}

/** What tsc remembers of the files that did not change. */
const typesKnown = join(root, "node_modules", ".cache", "types.tsbuildinfo");

const checks: readonly Check[] = [
  { name: "types", run: () => program("tsc", ["-p", ".", "--incremental", "--tsBuildInfoFile", typesKnown]) },
  { name: "lint", run: () => program("oxlint", ["--type-aware", "--quiet"]) },
  { name: "format", run: () => program("oxfmt", ["--check"]) },
  { name: "boundaries", run: boundaries },
  { name: "planted violations", run: planted },
  { name: "unused", run: () => program("knip", ["--no-progress"]) },
];

async function program(name: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(bin(name), args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (text: Buffer) => (said += text.toString()));
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0 ? "" : said || `${name} ended with ${code}`));
  });
}

/** A checker that reads nothing finds nothing: it has to have read the tree. */
async function boundaries(): Promise<string> {
  const { modules, violations } = await boundariesCheck();
  if (modules < 200) return `only ${modules} modules were read`;
  return violations.map(({ rule, from, to }) => `${rule}: ${from} → ${to}`).join("\n");
}

/** A rule that finds nothing may be a rule that cannot find: each has to report what was planted for it. */
async function planted(): Promise<string> {
  const silent = await boundariesSilent();
  return silent.map((rule) => `${rule}: no violation planted for it is reported`).join("\n");
}

let failed = 0;
for (const { name, run } of checks) {
  const startedAt = performance.now();
  const wrong = await run().catch((error: unknown) => `the check itself failed: ${String(error)}`);
  console.log(
    `${wrong === "" ? "✔" : "✘"} ${name} (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`,
  );
  if (wrong === "") continue;
  failed += 1;
  console.log(wrong);
}
process.exitCode = failed === 0 ? 0 : 1;
