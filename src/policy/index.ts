export { parseCheck } from "./check.ts";
export type { PolicyCredentials, PolicyTarget } from "./check.ts";
export { meantHint, policyOf, policyRuleClosure, policyRulesMerge } from "./effective.ts";
export type { EffectiveRules } from "./effective.ts";
export { policyFileParse } from "./file.ts";
export { createPolicy } from "./policy.ts";
export type { Policy, PolicyRules } from "./policy.ts";
