import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const text = readFileSync(join(root, "docs/security.md"), "utf8");

/** File → how often the source has what `pattern` finds. */
async function found(pattern: RegExp): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for await (const path of glob("src/**/*.ts", { cwd: root })) {
    if (/\.test\.ts$|\/testing\//.test(path)) continue;
    const count = readFileSync(join(root, path), "utf8").match(pattern)?.length ?? 0;
    if (count > 0) counts[path.slice("src/".length)] = count;
  }
  return counts;
}

/** The cells of the table's rows under this heading. */
function rowsUnder(heading: string): string[][] {
  const [, section = ""] = text.split(`## ${heading}\n`);
  const [body = ""] = section.split("\n## ");
  return [...body.matchAll(/^\| `(.+?)` \| (.+) \|$/gm)].map(([, file = "", rest = ""]) => [
    file,
    ...rest.split(" | "),
  ]);
}

test("every expose() is listed in docs/security.md, and nothing that is not there", async () => {
  const rows = rowsUnder("Where a `Secret` is exposed");
  expect(Object.fromEntries(rows.map(([file, times]) => [file, Number(times)]))).toEqual(
    await found(/\.expose\(/g),
  );
  for (const [file, , reason] of rows) expect(reason, file).toMatch(/\w{3}/);
});

test("every place that makes a sealed or a sent secret a string is listed", async () => {
  const listed = rowsUnder("Where a secret is a string because a wire format is one").map(([file]) => file);
  for (const file of Object.keys(await found(/\btext(Seal|Open)\((?!box: SecretBox)/g)))
    expect(listed).toContain(file);
  for await (const path of glob(
    listed.map((file) => `src/${file}`),
    { cwd: root },
  ))
    listed.splice(listed.indexOf(path.slice("src/".length)), 1);
  expect(listed, "listed, and not there").toEqual([]);
});

test("neither the key manager nor the TPM passphrase's way turns bytes into strings", async () => {
  const strings = await found(/\b(bytes|payload|passphrase|plaintext|key|body|random)\.toString\(/g);
  const ours =
    /^(key-manager|seal|vtpm|compute\/app\/passphrase|compute\/sagas\/passphrase|agent\/commands|agent\/tpm)/;
  expect(Object.keys(strings).filter((file) => ours.test(file))).toEqual([]);
});
