export { parseCheck } from "./check.ts";
export type { PolicyCredentials, PolicyTarget } from "./check.ts";
export { createPolicy } from "./policy.ts";
export type { Policy, PolicyRules } from "./policy.ts";
