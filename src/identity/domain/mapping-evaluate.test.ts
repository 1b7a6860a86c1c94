import { expect, test } from "vitest";
import type { MappingLocal, MappingRemote } from "./mapping.ts";
import { mappingEvaluate, MappingFailure, type Assertion, type Mapped } from "./mapping-evaluate.ts";

const assertion: Assertion = new Map([
  ["name", ["bob"]],
  ["mail", ["bob@example.org"]],
  ["groups", ["devs", "ops", "guests"]],
  ["empty", []],
]);

function evaluate(
  rules: readonly (readonly [local: readonly MappingLocal[], remote: readonly MappingRemote[]])[],
  schemaVersion = "1.0",
): Mapped {
  const listed = rules.map(([local, remote]) => ({ local, remote }));
  return mappingEvaluate({ id: "m", rules: listed, schemaVersion }, assertion);
}

const bob: MappingLocal = { user: { name: "{0}" } };
const byName: MappingRemote = { type: "name" };

test("places are filled in with what the conditions hand on, in their order", () => {
  const local = [{ user: { name: "{0} <{1}>", email: "{1}", domain: { name: "of {0}" } } }];
  const { user } = evaluate([[local, [byName, { type: "mail" }]]]);
  expect(user).toEqual({
    name: "bob <bob@example.org>",
    email: "bob@example.org",
    domain: { name: "of bob" },
  });
});

test("conditions that ask for values hand none on, so they count for no place", () => {
  const asks: MappingRemote = { type: "groups", any_one_of: ["ops"] };
  expect(evaluate([[[bob], [asks, byName]]]).user).toEqual({ name: "bob" });
});

test.each<readonly [string, MappingRemote, boolean]>([
  ["one of them is there", { type: "groups", any_one_of: ["x", "ops"] }, true],
  ["none of them is there", { type: "groups", any_one_of: ["x", "op"] }, false],
  ["an expression finds a part", { type: "groups", any_one_of: ["^op"], regex: true }, true],
  ["an expression finds none", { type: "groups", any_one_of: ["^p"], regex: true }, false],
  ["not one of the refused ones", { type: "groups", not_any_of: ["admins"] }, true],
  ["one of the refused ones", { type: "groups", not_any_of: ["ops", "x"] }, false],
  ["a refused expression", { type: "groups", not_any_of: ["s$"], regex: true }, false],
  ["case matters", { type: "name", any_one_of: ["BOB"], regex: true }, false],
  ["an attribute that is not there", { type: "missing" }, false],
  ["an attribute without a value", { type: "empty" }, false],
  ["refusing values of what is not there", { type: "missing", not_any_of: ["x"] }, false],
])("%s", (_name, condition, isMet) => {
  const evaluated = () => evaluate([[[bob], [byName, condition]]]);
  if (isMet) expect(evaluated().user).toEqual({ name: "bob" });
  else expect(evaluated).toThrow(MappingFailure);
});

test.each<readonly [Partial<MappingRemote>, readonly string[]]>([
  [{}, ["devs", "ops", "guests"]],
  [{ whitelist: ["ops", "x"] }, ["ops"]],
  [{ blacklist: ["ops", "x"] }, ["devs", "guests"]],
  [{ whitelist: ["s$"], regex: true }, ["devs", "ops", "guests"]],
  [{ blacklist: ["^(ops|g)"], regex: true }, ["devs"]],
  [{ whitelist: ["nobody"] }, []],
])("a list of groups is what %o lets through", (filter, names) => {
  const local = [bob, { groups: "{1}", domain: { id: "d" } }];
  const { groupNames } = evaluate([[local, [byName, { type: "groups", ...filter }]]]);
  expect(groupNames).toEqual(names.map((name) => ({ name, domain: { id: "d" } })));
});

test("every rule that is met adds its groups; the first user counts, and the last projects", () => {
  const roles = [{ name: "member" }];
  const mapped = evaluate([
    [[bob, { group: { id: "g1" } }, { projects: [{ name: "first", roles }] }], [byName]],
    [[{ user: { name: "else" }, group: { id: "g1" } }, { group_ids: "{0}" }], [{ type: "mail" }]],
    [[{ group: { id: "g3" } }], [{ type: "missing" }]],
    [[{ group: { name: "n", domain: { name: "d" } }, projects: [{ name: "{0}'s", roles }] }], [byName]],
  ]);
  expect(mapped).toEqual({
    user: { name: "bob" },
    groupIds: ["g1", "bob@example.org"],
    groupNames: [{ name: "n", domain: { name: "d" } }],
    projects: [{ name: "bob's", roles }],
  });
});

test("in version 2.0 a rule's domain is its user's and projects' unless they name one", () => {
  const projects = [
    { name: "a", roles: [] },
    { name: "b", roles: [], domain: { name: "own" } },
  ];
  const rules = [[[{ ...bob, projects, domain: { id: "d" } }], [byName]]] as const;
  expect(evaluate(rules, "2.0")).toMatchObject({
    user: { domain: { id: "d" } },
    projects: [{ domain: { id: "d" } }, { domain: { name: "own" } }],
  });
  expect(evaluate(rules, "1.0").user).toEqual({ name: "bob" });
});

test.each<readonly [string, readonly MappingLocal[], readonly MappingRemote[]]>([
  ["nothing is met", [bob], [{ type: "missing" }]],
  ["a place has no condition", [{ user: { name: "{1}" } }], [byName]],
  ["a name would be several", [bob], [{ type: "groups" }]],
  ["a name would be none", [bob], [{ type: "groups", whitelist: [] }]],
  ["groups have no domain", [{ groups: "{0}" }], [{ type: "groups" }]],
])("nobody is made when %s", (_name, local, remote) => {
  expect(() => evaluate([[local, remote]])).toThrow(MappingFailure);
});

test("a value is never read as part of a rule", () => {
  const sly: Assertion = new Map([
    ["name", ["{1}"]],
    ["groups", ["['admins']"]],
  ]);
  const local = [bob, { groups: "{1}", domain: { id: "d" } }];
  const rules = [{ local, remote: [byName, { type: "groups" }] }];
  const { user, groupNames } = mappingEvaluate({ id: "m", rules, schemaVersion: "1.0" }, sly);
  expect(user.name).toBe("{1}");
  expect(groupNames).toEqual([{ name: "['admins']", domain: { id: "d" } }]);
});
