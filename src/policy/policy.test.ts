import { expect, test } from "vitest";
import { createPolicy, parseCheck, type PolicyCredentials } from "./index.ts";

const member: PolicyCredentials = {
  userId: "u1",
  projectId: "p1",
  domainId: undefined,
  systemScope: false,
  roles: ["member"],
};

const policy = createPolicy({
  admin: "role:admin or (role:manager and system_scope:all)",
  owner: "project_id:%(project_id)s",
  admin_or_owner: "rule:admin or rule:owner",
  not_reader: "not role:reader and role:MEMBER",
  anybody: "@",
  nobody: "!",
  empty: "",
  self: "user_id:%(target.user.id)s",
});

test.each([
  ["admin", {}, false],
  ["owner", { project_id: "p1" }, true],
  ["owner", { project_id: "p2" }, false],
  ["owner", {}, false],
  ["admin_or_owner", { project_id: "p1" }, true],
  ["not_reader", {}, true],
  ["anybody", {}, true],
  ["nobody", {}, false],
  ["empty", {}, true],
  ["self", { "target.user.id": "u1" }, true],
])("%s against %j is %s", (rule, target, expected) => {
  expect(policy.allows(rule, member, target)).toBe(expected);
});

test("an administrator of the system", () => {
  expect(policy.allows("admin", { ...member, roles: ["manager"], systemScope: true }, {})).toBe(true);
  expect(policy.allows("admin", { ...member, roles: ["manager"] }, {})).toBe(false);
});

test.each(["role:a or", "(role:a", "role:a role:b", "admin", "role:a )", "is_adnim:True", "http://x"])(
  "%s is refused",
  (text) => {
    expect(() => parseCheck(text)).toThrow(/Policy rule/);
  },
);

test("is_admin is Nova's default for it, and what a token has not is None", () => {
  const allows = (text: string, one: PolicyCredentials) =>
    createPolicy({ rule: text }).allows("rule", one, {});
  expect(allows("is_admin:True", member)).toBe(false);
  expect(allows("is_admin:True", { ...member, roles: ["Admin"] })).toBe(true);
  expect(allows("is_admin:1", { ...member, roles: ["admin"] })).toBe(false);
  expect(allows("not domain_id:None", member)).toBe(false);
  expect(allows("not domain_id:None", { ...member, domainId: "d1" })).toBe(true);
  expect(allows("domain_id:%(target.domain.id)s", member)).toBe(false);
});

test("Python's literals on the left are compared as text", () => {
  const literals = createPolicy({
    truth: "True:%(open)s",
    quoted: `"yes":%(open)s`,
    number: "7:%(open)s",
    none: "not None:%(open)s",
  });
  const caller = { userId: "u", projectId: "p", domainId: undefined, systemScope: false, roles: [] };
  const allowed = (open: string): string[] =>
    ["truth", "quoted", "number", "none"].filter((rule) => literals.allows(rule, caller, { open }));
  expect(allowed("True")).toEqual(["truth", "none"]);
  expect([allowed("yes"), allowed("7"), allowed("None")]).toEqual([
    ["quoted", "none"],
    ["number", "none"],
    [],
  ]);
  expect(() => createPolicy({ wrong: "Tru:%(open)s" })).toThrow(/unexpected Tru:/);
});
