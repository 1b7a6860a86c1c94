import type { PolicyRules } from "#policy/index.ts";

export const auditPolicyRules: PolicyRules = {
  "sealstone:audit:list": "role:admin",
};
