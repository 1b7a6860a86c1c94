import { expect, test } from "vitest";
import { multiFactorRules, multiFactorSatisfied } from "./multi-factor.ts";

const both = [["password", "totp"]];

test.each([
  [{}, []],
  [{ multi_factor_auth_rules: both }, both],
  [{ multi_factor_auth_rules: both, multi_factor_auth_enabled: true }, both],
  [{ multi_factor_auth_rules: both, multi_factor_auth_enabled: false }, []],
  [{ multi_factor_auth_rules: [["password", "iris"], ["iris"]] }, [["password"]]],
])("the rules of %j are %j", (options, rules) => {
  expect(multiFactorRules(options)).toEqual(rules);
});

test.each([
  [[], [], true],
  [both, ["password"], false],
  [both, ["totp"], false],
  [both, ["totp", "token", "password"], true],
  [[["password", "totp"], ["oauth1"]], ["oauth1"], true],
])("%j by %j: %s", (rules, used, expected) => {
  expect(multiFactorSatisfied(rules, used)).toBe(expected);
});
