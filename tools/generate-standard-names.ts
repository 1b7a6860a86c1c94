/**
 * Writes src/placement/domain/standard-{traits,resource-classes}.ts from the distribution's python3-os-traits and
 * python3-os-resource-classes and from tools/newer-traits.ts:
 *
 *     node tools/generate-standard-names.ts [folder of Python packages]
 *
 * The result is committed, so only who wants newer names needs those packages.
 */
import { execFile } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { newerTraits } from "./newer-traits.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The strings of a Python list `NAME = [ … ]`; comments and line breaks between them do not count. */
export function pythonList(source: string, name: string): string[] {
  const withoutComments = source.replaceAll(/#.*$/gm, "");
  const list = new RegExp(`^${name} = \\[([^\\]]*)\\]`, "m").exec(withoutComments)?.[1] ?? "";
  return [...list.matchAll(/'([^']+)'|"([^"]+)"/g)].map((match) => match[1] ?? match[2] ?? "");
}

/** Module `hw/cpu/x86/__init__.py` with `TRAITS = ['AVX']` → `HW_CPU_X86_AVX`. */
export function traitsOfModule(path: string, source: string): string[] {
  const prefix = path
    .replace(/(\/__init__)?\.py$/, "")
    .replaceAll("/", "_")
    .toUpperCase();
  return pythonList(source, "TRAITS").map((name) => `${prefix}_${name.toUpperCase()}`);
}

async function debianTraits(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  const names: string[] = [];
  for (const path of files.sort()) {
    if (!path.endsWith(".py") || path.startsWith("tests/") || path === "__init__.py") continue;
    names.push(...traitsOfModule(path, await readFile(join(folder, path), "utf8")));
  }
  return names;
}

function moduleText(name: string, comment: string, values: readonly string[]): string {
  const lines = values.map((value) => `  ${JSON.stringify(value)},`).join("\n");
  return `// Written by tools/generate-standard-names.ts.\n\n/** ${comment} */\nexport const ${name}: readonly string[] = [\n${lines}\n];\n`;
}

async function generate(packages: string): Promise<void> {
  const traits = new Set([
    ...(await debianTraits(join(packages, "os_traits"))),
    ...newerTraits.map((trait) => trait.name),
  ]);
  const classes = pythonList(
    await readFile(join(packages, "os_resource_classes/__init__.py"), "utf8"),
    "STANDARDS",
  );
  const domain = join(root, "src/placement/domain");
  const [traitsFile, classesFile] = [
    join(domain, "standard-traits.ts"),
    join(domain, "standard-resource-classes.ts"),
  ];
  await writeFile(
    traitsFile,
    moduleText("standardTraits", "Every trait of os-traits, sorted.", [...traits].sort()),
  );
  await writeFile(
    classesFile,
    moduleText("standardResourceClasses", "Every class of os-resource-classes, in its order.", classes),
  );
  await promisify(execFile)(process.execPath, [
    join(root, "node_modules/.bin/oxfmt"),
    traitsFile,
    classesFile,
  ]);
  process.stdout.write(`${traits.size} traits, ${classes.length} resource classes\n`);
}

if (import.meta.main) await generate(process.argv[2] ?? "/usr/lib/python3/dist-packages");
