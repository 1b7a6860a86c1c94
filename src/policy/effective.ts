import { ConfigError } from "#config/config-error.ts";
import { nearest } from "#config/nearest.ts";
import { checkReferences } from "./check.ts";
import type { PolicyFileRule } from "./file.ts";
import { createPolicy, type Policy, type PolicyRules } from "./policy.ts";

export interface EffectiveRule {
  readonly text: string;
  /** Where the operator's file says so; undefined: the service's default. */
  readonly place: string | undefined;
}

/** By name: the defaults in their order, then the operator's own. */
export type EffectiveRules = ReadonlyMap<string, EffectiveRule>;

/**
 * The operator's rules over the services' defaults. A name with a colon must be one of the defaults; one without may be a
 * helper that other rules name. Throws ConfigError for an unknown name, for a `rule:` that leads nowhere or in a circle, and
 * for a helper that nothing uses: it is a misspelled rule (`delete_imge`), and what it was to forbid would stay allowed.
 */
export function policyRulesMerge(defaults: PolicyRules, own: readonly PolicyFileRule[]): EffectiveRules {
  const rules = new Map<string, EffectiveRule>(
    Object.entries(defaults).map(([name, text]) => [name, { text, place: undefined }]),
  );
  const known = [...rules.keys()];
  for (const { name, text, place } of own) {
    if (name.includes(":") && !rules.has(name)) throw unknown(place, name, known);
    rules.set(name, { text, place });
  }
  const used = new Set([...rules.values()].flatMap(({ text }) => checkReferences(text)));
  for (const rule of own) {
    referencesCheck(rule, rules);
    circleCheck(rule, rules);
    if (!known.includes(rule.name) && !used.has(rule.name)) throw unused(rule, known);
  }
  return rules;
}

/** The rule and all that it names, directly or not; none twice. */
export function policyRuleClosure(rules: EffectiveRules, name: string): string[] {
  const names = new Set([name]);
  for (const current of names)
    for (const next of checkReferences(rules.get(current)?.text ?? "")) names.add(next);
  return [...names];
}

export function meantHint(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant === undefined ? "" : ` (did you mean ${meant}?)`;
}

function unknown(place: string, name: string, known: readonly string[]): ConfigError {
  return new ConfigError(
    place,
    `found the unknown rule ${JSON.stringify(name)}${meantHint(name, known)}, allowed are the rules of "sealstone policy show" and helpers without a colon`,
  );
}

function unused({ name, place }: PolicyFileRule, known: readonly string[]): ConfigError {
  return new ConfigError(
    place,
    `found the rule ${JSON.stringify(name)}${meantHint(name, known)}, which no service knows and no rule uses, allowed are the rules of "sealstone policy show" and helpers that a rule: names`,
  );
}

function referencesCheck({ name, text, place }: PolicyFileRule, rules: EffectiveRules): void {
  const missing = checkReferences(text).find((reference) => !rules.has(reference));
  if (missing === undefined) return;
  throw new ConfigError(
    place,
    `${JSON.stringify(name)}: found rule:${missing}${meantHint(missing, [...rules.keys()])}, allowed are rules that exist`,
  );
}

/** The defaults have no circle, so each one goes through a rule of the file. */
function circleCheck({ name, place }: PolicyFileRule, rules: EffectiveRules): void {
  const seen = new Set<string>();
  const wayBack = (current: string): string[] | undefined => {
    for (const next of checkReferences(rules.get(current)?.text ?? "")) {
      if (next === name) return [next];
      if (seen.has(next)) continue;
      seen.add(next);
      const way = wayBack(next);
      if (way) return [next, ...way];
    }
    return undefined;
  };
  const way = wayBack(name);
  if (!way) return;
  throw new ConfigError(
    place,
    `${JSON.stringify(name)}: found the circle ${[name, ...way].join(" → ")}, allowed are rules that do not come back to themselves`,
  );
}

/** What decides by these rules. */
export function policyOf(rules: EffectiveRules): Policy {
  return createPolicy(Object.fromEntries([...rules].map(([name, { text }]) => [name, text])));
}
