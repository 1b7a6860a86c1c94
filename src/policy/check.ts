import { CloudError } from "#base/errors.ts";

/** What a rule is checked against: the caller's credentials and the thing acted on. */
export interface PolicyCredentials {
  readonly userId: string;
  readonly projectId: string | undefined;
  /** Of the project that the token is for. */
  readonly projectDomainId?: string | undefined;
  readonly domainId: string | undefined;
  readonly systemScope: boolean;
  readonly roles: readonly string[];
}

/** Flat attributes of the target: `project_id`, `user_id`, `target.user.id`, … */
export type PolicyTarget = Readonly<Record<string, string | undefined>>;

export type Check = (
  credentials: PolicyCredentials,
  target: PolicyTarget,
  rule: (name: string) => boolean,
) => boolean;

/**
 * Parses a check string of oslo.policy's language: `role:admin`, `rule:NAME`, `project_id:%(project_id)s`,
 * `system_scope:all`, `@` (always), `!` (never), empty (always), `and`, `or`, `not`, parentheses.
 * Throws `invalid` naming the text when it is not of that language.
 */
export function parseCheck(text: string): Check {
  const tokens = tokensOf(text);
  if (tokens.length === 0) return () => true;
  const parser = { tokens: tokens, position: 0, text };
  const check = parseOr(parser);
  if (parser.position < tokens.length) throw syntaxError(parser);
  return check;
}

/** The rules that a check string names: `rule:NAME`. */
export function checkReferences(text: string): string[] {
  return tokensOf(text)
    .filter((token) => token.startsWith("rule:"))
    .map((token) => token.slice("rule:".length));
}

function tokensOf(text: string): readonly string[] {
  return text.match(/[()]|(?:%\([^)]*\)s|[^\s()])+/g) ?? [];
}

interface Parser {
  readonly tokens: readonly string[];
  readonly text: string;
  position: number;
}

function syntaxError(parser: Parser): CloudError {
  const unexpected = parser.tokens[parser.position] ?? "end";
  return new CloudError("invalid", `Policy rule "${parser.text}": unexpected ${unexpected}.`, {
    data: { unexpected },
  });
}

function parseOr(parser: Parser): Check {
  let left = parseAnd(parser);
  while (parser.tokens[parser.position]?.toLowerCase() === "or") {
    parser.position += 1;
    const [first, second] = [left, parseAnd(parser)];
    left = (credentials, target, rule) =>
      first(credentials, target, rule) || second(credentials, target, rule);
  }
  return left;
}

function parseAnd(parser: Parser): Check {
  let left = parseNot(parser);
  while (parser.tokens[parser.position]?.toLowerCase() === "and") {
    parser.position += 1;
    const [first, second] = [left, parseNot(parser)];
    left = (credentials, target, rule) =>
      first(credentials, target, rule) && second(credentials, target, rule);
  }
  return left;
}

function parseNot(parser: Parser): Check {
  if (parser.tokens[parser.position]?.toLowerCase() !== "not") return parseAtom(parser);
  parser.position += 1;
  const inner = parseNot(parser);
  return (credentials, target, rule) => !inner(credentials, target, rule);
}

function parseAtom(parser: Parser): Check {
  const token = parser.tokens[parser.position];
  if (token === undefined) throw syntaxError(parser);
  if (token === "(") {
    parser.position += 1;
    const inner = parseOr(parser);
    if (parser.tokens[parser.position] !== ")") throw syntaxError(parser);
    parser.position += 1;
    return inner;
  }
  const colon = token.indexOf(":");
  if (token !== "@" && token !== "!" && !kindKnown(token.slice(0, Math.max(colon, 0))))
    throw syntaxError(parser);
  parser.position += 1;
  if (token === "@") return () => true;
  if (token === "!") return () => false;
  return atomCheck(token.slice(0, colon), token.slice(colon + 1));
}

function atomCheck(kind: string, match: string): Check {
  if (kind === "rule") return (_credentials, _target, rule) => rule(match);
  if (kind === "role") {
    const role = match.toLowerCase();
    return ({ roles }) => roleSet(roles).has(role);
  }
  const substitution = /^%\((.+)\)s$/.exec(match);
  const attribute = substitution?.[1];
  const literal = literalOf(kind);
  return (credentials, target) => {
    const wanted = attribute === undefined ? match : target[attribute];
    // What a token has not is Python's None: `not domain_id:None` asks for a token for a domain.
    const actual =
      literal ?? attributes.get(kind)?.(credentials) ?? (attribute === undefined ? "None" : undefined);
    return wanted !== undefined && actual !== undefined && wanted === actual;
  };
}

const roleSets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** In lower case: oslo.policy compares roles so. Made once for each list, which nobody changes: a request asks many rules. */
function roleSet(roles: readonly string[]): ReadonlySet<string> {
  const known = roleSets.get(roles);
  if (known) return known;
  const set = new Set(roles.map((name) => name.toLowerCase()));
  roleSets.set(roles, set);
  return set;
}

/** An unknown one would never match, and behind `not` always. */
function kindKnown(kind: string): boolean {
  return kind === "rule" || kind === "role" || attributes.has(kind) || literalOf(kind) !== undefined;
}

/** oslo.policy's literals on the left are Python's, and compared as text: `'public':%(visibility)s`, `True:%(is_open)s`. */
function literalOf(kind: string): string | undefined {
  const match = /^(?:'(.*)'|"(.*)"|(True|False|None|\d+))$/.exec(kind);
  return match?.[1] ?? match?.[2] ?? match?.[3];
}

const attributes: ReadonlyMap<string, (credentials: PolicyCredentials) => string | undefined> = new Map([
  ["user_id", ({ userId }) => userId],
  ["project_id", ({ projectId }) => projectId],
  ["tenant_id", ({ projectId }) => projectId],
  ["token.project.domain.id", ({ projectDomainId }) => projectDomainId],
  ["domain_id", ({ domainId }) => domainId],
  ["token.domain.id", ({ domainId }) => domainId],
  ["system_scope", ({ systemScope }) => (systemScope ? "all" : undefined)],
  // Nova's default `context_is_admin`. Keystone's `is_admin:1` is its bootstrap token, which there is none of.
  ["is_admin", ({ roles }) => (roleSet(roles).has("admin") ? "True" : "False")],
]);
