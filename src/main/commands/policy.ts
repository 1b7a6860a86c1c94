import { CloudError } from "#base/errors.ts";
import {
  meantHint,
  policyOf,
  policyRuleClosure,
  type EffectiveRules,
  type PolicyCredentials,
  type PolicyTarget,
} from "#policy/index.ts";
import type { Command, OwnOption, OwnValues } from "./command.ts";
import { print } from "./print.ts";

const options: Readonly<Record<string, OwnOption>> = {
  role: { value: "ROLE", summary: "a role of the token; more than once for several" },
  user: { value: "ID", summary: "the token's user" },
  project: { value: "ID", summary: "the project that the token is for" },
  domain: { value: "ID", summary: "the domain that the token is for" },
  system: { summary: "the token is for the system" },
  target: { value: "KEY=VALUE", summary: "an attribute of what is acted on: project_id=…, target.user.id=…" },
};

export const policy: Command = {
  summary: "the policy rules in force, and who they let do what",
  arguments: "show [RULE] | check RULE",
  description: `show    prints the rules in force, the services' defaults and over them those of the policy file, as a policy.yaml;
        a comment says which come from the file
check   says "allowed" (exit status 0) or "denied" (1) for a token, and the rule with those it names. Roles are those of
        the token: none implies another. project_id, user_id and domain_id of the target are the token's own unless
        --target says otherwise.

The file is [oslo_policy] policy_file of sealstone.conf, otherwise policy.yaml in the state directory; it need not exist.
A running cloud has read it at its start.`,
  ownOptions: options,
  async run({ config, rest: [verb, name, ...more], own }) {
    if ((verb !== "show" && verb !== "check") || more.length > 0 || (verb === "check" && name === undefined))
      throw new CloudError("invalid", "policy takes show [RULE] or check RULE. See sealstone policy --help.");
    const { policyRulesLoad, policyScopeTypes } = await import("../policy-rules.ts");
    const rules = await policyRulesLoad(config.policyFile);
    if (name !== undefined && !rules.has(name)) {
      const hint = meantHint(name, [...rules.keys()]);
      throw new CloudError(
        "invalid",
        `There is no rule "${name}"${hint}; "sealstone policy show" prints those there are.`,
      );
    }
    if (verb === "check" && name !== undefined) {
      const { allowed, text } = policyVerdict(rules, name, { own, scopeTypes: policyScopeTypes(name) });
      await print(text);
      return allowed ? 0 : 1;
    }
    const stray = Object.keys(options).find((option) => own.flag(option));
    if (stray !== undefined)
      throw new CloudError(
        "invalid",
        `--${stray} belongs to policy check; policy show has no options of its own.`,
      );
    await print(rulesText(rules, name === undefined ? [...rules.keys()] : [name]));
    return 0;
  },
};

/** What `policy check` prints, and whether the token of these options may. */
export function policyVerdict(
  rules: EffectiveRules,
  name: string,
  { own, scopeTypes }: { readonly own: OwnValues; readonly scopeTypes: readonly string[] },
): { readonly allowed: boolean; readonly text: string } {
  const credentials: PolicyCredentials = {
    userId: one(own, "user") ?? "",
    projectId: one(own, "project"),
    domainId: one(own, "domain"),
    systemScope: own.flag("system"),
    roles: own.texts("role"),
  };
  const scope = scopeTypeOf(credentials);
  const inScope = scopeTypes.includes(scope);
  const allowed =
    inScope && policyOf(rules).allows(name, credentials, targetOf(credentials, own.texts("target")));
  const why = inScope
    ? ""
    : `# a token for a ${scope} does not pass it, one for a ${scopeTypes.join(" or a ")} may\n`;
  const text = `${allowed ? "allowed" : "denied"}\n${why}${rulesText(rules, policyRuleClosure(rules, name))}`;
  return { allowed, text };
}

function scopeTypeOf({ systemScope, domainId }: PolicyCredentials): string {
  if (systemScope) return "system";
  return domainId === undefined ? "project" : "domain";
}

function one(own: OwnValues, option: string): string | undefined {
  const [value, ...more] = own.texts(option);
  if (more.length === 0) return value;
  throw new CloudError("invalid", `--${option} was given ${more.length + 1} times; a token has one.`);
}

/** As an operation without a target of its own is checked: against the token. */
function targetOf(credentials: PolicyCredentials, given: readonly string[]): PolicyTarget {
  const { projectId, userId, domainId } = credentials;
  const pairs = given.map((pair): readonly [string, string] => {
    const split = pair.indexOf("=");
    if (split < 1) throw new CloudError("invalid", `--target: found "${pair}", allowed is KEY=VALUE.`);
    return [pair.slice(0, split), pair.slice(split + 1)];
  });
  return { project_id: projectId, user_id: userId, domain_id: domainId, ...Object.fromEntries(pairs) };
}

/** A JSON text is a YAML one. */
function rulesText(rules: EffectiveRules, names: readonly string[]): string {
  return names
    .map((name) => {
      const { text = "", place } = rules.get(name) ?? {};
      const origin = place === undefined ? "" : `# from ${place}\n`;
      return `${origin}${JSON.stringify(name)}: ${JSON.stringify(text)}\n`;
    })
    .join("");
}
