import { expect, test } from "vitest";
import { accessRulePathFits, accessRulesEnforce } from "./access-rules.ts";
import { anonymous, type AccessRule } from "./context.ts";
import { computeEnvelope } from "./envelopes.ts";

test.each([
  ["/v2.1/servers", "/v2.1/servers", true],
  ["/v2.1/servers", "/v2.1/servers/", false],
  ["/v2.1/servers", "/v201/servers", false],
  ["/v2.1/servers/*/ips", "/v2.1/servers/a/ips", true],
  ["/v2.1/servers/*/ips", "/v2.1/servers/a/b/ips", false],
  ["/v2.1/servers/*/ips", "/v2.1/servers//ips", false],
  ["/v2.1/servers/{server_id}", "/v2.1/servers/a", true],
  ["/v2.1/servers/{server_id}", "/v2.1/servers/a/ips", false],
  ["/v2.1/**", "/v2.1/servers/a/ips", true],
  ["/v2.1/{open", "/v2.1/{open", true],
  ["/v2.1/(a+)+$", "/v2.1/aaa", false],
  ["/**/ips", "/v2.1/servers/a/ips", true],
  ["/**/ips", "/ips", false],
  ["/**a**a**a**a**a**a**a**a**a**a**a**a**b", `/${"a".repeat(5_000)}`, false],
])("%s describes %s: %s", (path, asked, fits) => {
  expect(accessRulePathFits({ path }, asked)).toBe(fits);
});

const service = (type: string) => ({
  type,
  prefix: `/${type}`,
  envelope: computeEnvelope,
  routes: [],
  policyRules: {},
  deps: {},
});

function allowed(
  rules: readonly AccessRule[] | undefined,
  type: string,
  method: string,
  url: string,
): boolean {
  const delegation = {
    kind: "application_credential",
    id: "a",
    unrestricted: false,
    accessRules: rules,
  } as const;
  try {
    accessRulesEnforce({ ...anonymous, delegation }, service(type), { method, url });
    return true;
  } catch {
    return false;
  }
}

test("a request needs a rule of its service, method and path", () => {
  const rules = [{ service: "compute", method: "GET", path: "/v2.1/servers" }];
  expect(allowed(rules, "compute", "GET", "/compute/v2.1/servers?limit=1")).toBe(true);
  expect(allowed(rules, "compute", "POST", "/compute/v2.1/servers")).toBe(false);
  expect(allowed(rules, "compute", "GET", "/compute/v2.1/flavors")).toBe(false);
  expect(allowed(rules, "image", "GET", "/image/v2.1/servers")).toBe(false);
  const whole = [{ service: "compute", method: "GET", path: "/compute/v2.1/servers" }];
  expect(allowed(whole, "compute", "GET", "/compute/v2.1/servers")).toBe(true);
});

test("no rules allow everything, an empty list nothing but to validate a token", () => {
  expect(allowed(undefined, "compute", "GET", "/compute/v2.1/servers")).toBe(true);
  expect(allowed([], "compute", "GET", "/compute/v2.1/servers")).toBe(false);
  expect(allowed([], "identity", "GET", "/identity/v3/auth/tokens")).toBe(true);
  expect(allowed([], "identity", "DELETE", "/identity/v3/auth/tokens")).toBe(false);
});
