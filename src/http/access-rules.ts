import { CloudError } from "#base/errors.ts";
import type { AccessRule, Caller } from "./context.ts";
import type { Service } from "./service.ts";

interface AskedFor {
  readonly method: string;
  readonly url: string;
}

/**
 * As keystonemiddleware does: with a token that has access rules, only what one of them describes; anything else is
 * 401. A rule's path may leave out the service's place on the one port. Validating a token is always allowed.
 */
export function accessRulesEnforce(caller: Caller, service: Service, request: AskedFor): void {
  const rules = caller.delegation?.accessRules;
  if (!rules) return;
  const path = decodedPath(request.url);
  const own = path.slice(service.prefix.length);
  if (service.type === "identity" && request.method === "GET" && own === "/v3/auth/tokens") return;
  const allowed = rules.some(
    (rule) =>
      rule.service === service.type &&
      rule.method === request.method &&
      (accessRulePathFits(rule, path) || accessRulePathFits(rule, own)),
  );
  if (!allowed) throw new CloudError("unauthenticated", "Token authorization failed.");
}

/**
 * Whether a request's path is one of those that the rule describes. All ways to read it are followed at once: the rule is
 * the user's, so a regular expression made of it could take forever.
 */
export function accessRulePathFits({ path }: Pick<AccessRule, "path">, asked: string): boolean {
  const tokens = tokensOf(path);
  let states = reachable(tokens, [0]);
  for (const character of asked) {
    const next: number[] = [];
    for (const state of states) {
      const token = tokens[state];
      if (token === undefined) continue;
      if (token === one || token === more ? character === "/" : token !== any && token !== character)
        continue;
      next.push(token === more || token === any ? state : state + 1);
    }
    states = reachable(tokens, next);
  }
  return states.has(tokens.length);
}

/** One character that is no slash; any number of such; any number of any. No character has such a name. */
const [one, more, any] = ["one", "more", "any"] as const;

/** Characters and the three above. */
function tokensOf(path: string): readonly string[] {
  const parts = path.match(/\{[^}]*\}|\*\*|[^]/gu) ?? [];
  return parts.flatMap((part) => {
    if (part === "**") return [any];
    if (part === "*" || (part.startsWith("{") && part.endsWith("}"))) return [one, more];
    return [part];
  });
}

/** With the states that are reached without another character. */
function reachable(tokens: readonly string[], states: readonly number[]): Set<number> {
  const found = new Set<number>();
  for (let state of states) {
    while (!found.has(state)) {
      found.add(state);
      const token = tokens[state];
      if (token === more || token === any) state += 1;
    }
  }
  return found;
}

/** Undecodable is what no rule describes: the router refuses it before. */
function decodedPath(url: string): string {
  const path = url.split("?")[0] ?? "";
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
