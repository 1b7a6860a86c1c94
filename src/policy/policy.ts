import { CloudError } from "#base/errors.ts";
import { parseCheck, type Check, type PolicyCredentials, type PolicyTarget } from "./check.ts";

/** Rule name, as OpenStack names it → check string of oslo.policy's language. */
export type PolicyRules = Readonly<Record<string, string>>;

export interface Policy {
  /** Whether the rule lets these credentials act on the target. An unknown rule lets nobody (a `bug`). */
  allows(rule: string, credentials: PolicyCredentials, target: PolicyTarget): boolean;
}

/** Parses all rules at once, so that a mistake is found at the start and not at a request. */
export function createPolicy(rules: PolicyRules): Policy {
  const checks = new Map<string, Check>(
    Object.entries(rules).map(([name, text]) => [name, parseCheck(text)]),
  );
  const evaluate = (name: string, credentials: PolicyCredentials, target: PolicyTarget): boolean => {
    const check = checks.get(name);
    if (!check)
      throw new CloudError("bug", "An internal error occurred.", { detail: `no policy rule ${name}` });
    return check(credentials, target, (other) => evaluate(other, credentials, target));
  };
  return { allows: evaluate };
}
