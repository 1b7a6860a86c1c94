import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cruise, type ICruiseOptions, type ICruiseResult, type IFlattenedRuleSet } from "dependency-cruiser";

const root = join(import.meta.dirname, "..");

/** Files that break each rule; an overlay. */
export const plantedViolations = join(root, "test", "fixtures", "boundary-violation");

export interface Boundaries {
  /** How many modules of ours were read: a tool that reads none finds nothing wrong. */
  readonly modules: number;
  readonly rules: readonly string[];
  readonly violations: readonly { readonly rule: string; readonly from: string; readonly to: string }[];
}

/**
 * Checks src/ against the rules of .dependency-cruiser.cjs; `overlay` is a folder whose files are laid over the tree
 * first, to plant violations. It works on a copy in which `using` is `const`: the tool's parser does not know that word.
 */
export async function boundariesCheck(overlay?: string): Promise<Boundaries> {
  const copy = await mkdtemp(join(tmpdir(), "sealstone-boundaries-"));
  const home = process.cwd();
  try {
    for (const name of ["src", "guest"]) await cp(join(root, name), join(copy, name), { recursive: true });
    if (overlay !== undefined) await cp(overlay, copy, { recursive: true });
    await cp(join(root, "package.json"), join(copy, "package.json"));
    await symlink(join(root, "node_modules"), join(copy, "node_modules"));
    await usingReplace(join(copy, "src"));
    process.chdir(copy);
    const { options, ...ruleSet } = createRequire(import.meta.url)("../.dependency-cruiser.cjs") as {
      options: ICruiseOptions;
    } & IFlattenedRuleSet;
    const { output } = await cruise(["src"], { ...options, ruleSet, validate: true });
    const rules = ruleSet.forbidden?.map(({ name = "unnamed" }) => name) ?? [];
    return { rules, ...summaryOf(output as ICruiseResult) };
  } finally {
    process.chdir(home);
    await rm(copy, { recursive: true, force: true });
  }
}

async function usingReplace(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, "utf8");
    const replaced = text.replaceAll(/^(\s*)(?:await )?using (?=[\w]+[ :])/gm, "$1const ");
    if (replaced !== text) await writeFile(path, replaced);
  }
}

/** Rules of which no planted violation is reported: they have no effect, or nobody has shown that they have. */
export async function boundariesSilent(): Promise<readonly string[]> {
  const { rules, violations } = await boundariesCheck(plantedViolations);
  return rules.filter((name) => !violations.some(({ rule }) => rule === name));
}

function summaryOf({ modules, summary }: ICruiseResult): Omit<Boundaries, "rules"> {
  return {
    modules: modules.filter(({ source }) => source.startsWith("src/")).length,
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
