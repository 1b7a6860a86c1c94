import type { UserOptions } from "./resources.ts";

/** The methods that a sign-in may use here; what a rule names beyond them counts for nothing, as in Keystone. */
const authMethods = ["password", "token", "application_credential", "oauth1", "totp"] as const;

/** The user's rules: all methods of one of them must have been used. Empty: any method will do. */
export function multiFactorRules(options: UserOptions): readonly (readonly string[])[] {
  if (options.multi_factor_auth_enabled === false) return [];
  const known: readonly string[] = authMethods;
  return (options.multi_factor_auth_rules ?? [])
    .map((rule) => rule.filter((method) => known.includes(method)))
    .filter((rule) => rule.length > 0);
}

export function multiFactorSatisfied(
  rules: readonly (readonly string[])[],
  used: readonly string[],
): boolean {
  return rules.length === 0 || rules.some((rule) => rule.every((method) => used.includes(method)));
}
