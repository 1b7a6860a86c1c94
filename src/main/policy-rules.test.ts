import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { policyRuleClosure, policyRulesMerge } from "#policy/index.ts";
import { policyOf } from "#policy/index.ts";
import { policyRulesLoad, servicePolicyRules } from "./policy-rules.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sealstone-policy-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("where two services have a rule of the same name, it is the same rule", () => {
  const all = new Map<string, string>();
  for (const [name, text] of servicePolicyRules.flatMap((rules) => Object.entries(rules))) {
    expect(all.get(name) ?? text, name).toBe(text);
    all.set(name, text);
  }
  expect(all.size).toBeGreaterThan(100);
});

test("the defaults pass as an operator's file would: no circle, no rule: that leads nowhere", () => {
  for (const rules of servicePolicyRules) {
    const own = Object.entries(rules).map(([name, text]) => ({ name, text, place: name }));
    const effective = policyRulesMerge(rules, own);
    for (const name of effective.keys())
      for (const used of policyRuleClosure(effective, name)) expect(effective.has(used), used).toBe(true);
  }
});

test("a file that nobody named need not be there; a named one must", async () => {
  const path = join(folder, "absent.yaml");
  const rules = await policyRulesLoad({ path, named: false });
  expect([...rules.values()].every(({ place }) => place === undefined)).toBe(true);
  await expect(policyRulesLoad({ path, named: true })).rejects.toThrow(
    `${path}: the policy file cannot be read (ENOENT); allowed is the path of a readable file.`,
  );
  await expect(policyRulesLoad({ path: folder, named: false })).rejects.toThrow("cannot be read (EISDIR)");
});

test("the file decides over the default", async () => {
  const path = join(folder, "policy.yaml");
  await writeFile(path, `"os_compute_api:flavors": "role:boss"\n`);
  const policy = policyOf(await policyRulesLoad({ path, named: true }));
  const caller = { userId: "u", projectId: "p", domainId: undefined, systemScope: false };
  expect(policy.allows("os_compute_api:flavors", { ...caller, roles: ["admin"] }, {})).toBe(false);
  expect(policy.allows("os_compute_api:flavors", { ...caller, roles: ["boss"] }, {})).toBe(true);
  expect(policy.allows("identity:create_user", { ...caller, roles: ["admin"] }, {})).toBe(true);
});
