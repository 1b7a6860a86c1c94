import { readFile } from "node:fs/promises";
import { CloudError } from "#base/errors.ts";
import { auditPolicyRules } from "#audit/index.ts";
import { computePolicyRules } from "#compute/index.ts";
import type { Config } from "#config/index.ts";
import type { ScopeType } from "#http/index.ts";
import { identityPolicyRules, identityScopeTypes } from "#identity/index.ts";
import { imagePolicyRules } from "#image/index.ts";
import { keyManagerPolicyRules } from "#key-manager/index.ts";
import { placementPolicyRules } from "#placement/index.ts";
import { policyFileParse, policyRulesMerge, type EffectiveRules, type PolicyRules } from "#policy/index.ts";

/** All services' in one space, as they share one file: where two have the same name, it means the same. */
export const servicePolicyRules: readonly PolicyRules[] = [
  identityPolicyRules,
  imagePolicyRules,
  placementPolicyRules,
  keyManagerPolicyRules,
  auditPolicyRules,
  computePolicyRules,
];

/** The tokens that a rule is for, whatever its text says; oslo.policy's `scope_types`. */
export function policyScopeTypes(rule: string): readonly ScopeType[] {
  if (rule.startsWith("identity:")) return identityScopeTypes(rule);
  return rule.startsWith("placement:") ? ["project"] : ["system", "domain", "project"];
}

/** The rules in force: the operator's file over the defaults. Throws one line with file and line for a mistake in it. */
export async function policyRulesLoad(file: Config["policyFile"]): Promise<EffectiveRules> {
  const defaults = Object.assign({}, ...servicePolicyRules) as PolicyRules;
  const content = await contentOf(file);
  return policyRulesMerge(defaults, policyFileParse(file.path, content));
}

/** Of a file that nobody named and that is not there: nothing. */
async function contentOf({ path, named }: Config["policyFile"]): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const { code = "unknown" } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" && !named) return "";
    throw new CloudError(
      "invalid",
      `${path}: the policy file cannot be read (${code}); allowed is the path of a readable file.`,
      { cause },
    );
  }
}
