import { expect, test } from "vitest";
import { policyFileParse, policyRuleClosure, policyRulesMerge, type EffectiveRules } from "./index.ts";

const defaults = {
  admin: "role:admin",
  owner: "project_id:%(project_id)s",
  delete_image: "rule:admin or rule:owner",
  "compute:servers:create": "rule:owner",
  "compute:servers:delete": "rule:admin",
};

function read(content: string): EffectiveRules {
  return policyRulesMerge(defaults, policyFileParse("/etc/policy.yaml", content));
}

function said(content: string): string {
  try {
    read(content);
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

test.each(["", "# nothing yet\n", "---\n", "{}"])("%j leaves the defaults", (content) => {
  const expected = Object.entries(defaults).map(([name, text]) => [name, { text, place: undefined }]);
  expect([...read(content)]).toEqual(expected);
});

test("the file's rules replace the defaults, and know their line; helpers come behind", () => {
  const rules = read(
    `# who may\n"compute:servers:create": "rule:team or rule:admin"\n\nteam: >\n  role:member and\n  rule:owner\ndelete_image: '!'\n`,
  );
  expect([...rules.keys()]).toEqual([...Object.keys(defaults), "team"]);
  expect(rules.get("compute:servers:create")).toEqual({
    text: "rule:team or rule:admin",
    place: "/etc/policy.yaml:2",
  });
  expect(rules.get("team")).toEqual({ text: "role:member and rule:owner", place: "/etc/policy.yaml:4" });
  expect(rules.get("delete_image")).toEqual({ text: "!", place: "/etc/policy.yaml:7" });
  expect(rules.get("admin")?.place).toBeUndefined();
  expect(policyRuleClosure(rules, "compute:servers:create")).toEqual([
    "compute:servers:create",
    "team",
    "admin",
    "owner",
  ]);
});

test("JSON is YAML, and a text may be named once and used twice", () => {
  expect(read(`{"admin": "role:boss"}`).get("admin")?.text).toBe("role:boss");
  expect(read(`admin: &a "role:boss"\nowner: *a\n`).get("owner")?.text).toBe("role:boss");
});

const quoted = `allowed is a check string in quotes (everybody: "@", nobody: "!").`;

test.each([
  ["- admin", `:1: found a list, allowed is a mapping, a line "RULE": "CHECK STRING" for each rule.`],
  ["\nadmin", `:2: found "admin", allowed is a mapping, a line "RULE": "CHECK STRING" for each rule.`],
  ["# x\nadmin: @", ":2: this is not valid YAML: Plain value cannot start with reserved character @."],
  ["admin: 'role:a", ":1: this is not valid YAML: Missing closing 'quote."],
  ["admin: '@'\nadmin: '!'", ":2: this is not valid YAML: Map keys must be unique."],
  ["admin: '@'\n---\nowner: '@'", ":2: this is not valid YAML: Source contains multiple documents."],
  ["owner: '@'\nadmin: 7", `:2: "admin": found number 7, ${quoted}`],
  ["admin: true", `:1: "admin": found boolean true, ${quoted}`],
  ["admin:\nowner: '@'", `:1: "admin": found nothing, ${quoted}`],
  ["admin: ' '", `:1: "admin": found only blanks, ${quoted}`],
  ["admin: [[role:admin]]", `:1: "admin": found a list, ${quoted}`],
  ["admin: {role: admin}", `:1: "admin": found a mapping, ${quoted}`],
  ["admin: *other", `:1: "admin": found *other, which nothing before it defines, ${quoted}`],
  ["owner: '@'\n7: '@'", `:2: the name of a rule is no text, allowed is "RULE": "CHECK STRING".`],
  ["owner: '@'\n? [a]\n: '@'", `:2: the name of a rule is no text, allowed is "RULE": "CHECK STRING".`],
  ["admin: !", `:1: "admin": found the YAML tag !, allowed is a text: write "!" in quotes.`],
  ["\nadmin: role:a )", `:2: "admin": found "role:a )", where ")" is unexpected, allowed are role:, rule:,`],
  ["admin: role:a or", `:1: "admin": found "role:a or", where something misses at the end, allowed are`],
  ["admin: |\n  role:a\n  b", `:1: "admin": found "role:a b", where "b" is unexpected, allowed are`],
  [
    "admin: not is_adnim:True",
    `:1: "admin": found "not is_adnim:True", where "is_adnim:True" is unexpected,`,
  ],
  ["admin: http://judge", `:1: "admin": found "http://judge", where "http://judge" is unexpected,`],
  [
    "admin: '@'\ncompute:servers:creat: '@'",
    ':2: found the unknown rule "compute:servers:creat" (did you mean compute:servers:create?), allowed are the rules of "sealstone policy show" and helpers without a colon.',
  ],
  ["volume:x: '@'", ':1: found the unknown rule "volume:x", allowed are'],
  [
    "delete_imge: '!'",
    ':1: found the rule "delete_imge" (did you mean delete_image?), which no service knows and no rule uses, allowed are',
  ],
  [
    "owner: '@'\nadmin: rule:ownr",
    ':2: "admin": found rule:ownr (did you mean owner?), allowed are rules that exist.',
  ],
  ["admin: 'rule:'", ':1: "admin": found rule:, allowed are rules that exist.'],
  ["admin: rule:constructor", ':1: "admin": found rule:constructor, allowed are rules that exist.'],
  ["admin: not rule:admin", ':1: "admin": found the circle admin → admin, allowed are rules that do not'],
  [
    "owner: '@'\nadmin: role:x or (rule:delete_image)",
    ':2: "admin": found the circle admin → delete_image → admin, allowed are rules that do not come back to themselves.',
  ],
])("%j is one line that names file, line, what was found and what is allowed", (content, message) => {
  expect(said(content)).toContain(`/etc/policy.yaml${message}`);
  expect(said(content)).not.toContain("\n");
});
