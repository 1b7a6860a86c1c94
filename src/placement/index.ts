export { createPlacement } from "./placement.ts";
export type { Placement } from "./placement.ts";
export { policyRules as placementPolicyRules } from "./policies.ts";
export { placementMigrations } from "./store/migrations/index.ts";
