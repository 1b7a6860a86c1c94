import { expect, test } from "vitest";
import { AmbiguousAssertion, assertionAttributes } from "./federation-proxy.ts";

test("headers with the prefix are attributes, as WSGI names them", () => {
  const sent = ["OIDC-Sub", "bob", "oidc_claim-email", "b@example.org", "X-OIDC-Sub", "eve", "Cookie", "c"];
  expect(Object.fromEntries(assertionAttributes(sent, "HTTP_OIDC_"))).toEqual({
    HTTP_OIDC_SUB: "bob",
    HTTP_OIDC_CLAIM_EMAIL: "b@example.org",
  });
});

test.each([
  ["OIDC-Groups", "OIDC_Groups"],
  ["OIDC-Groups", "oidc-groups"],
  ["OIDC-Groups", "OIDC-Groups"],
])("%s and %s are nobody's", (one, other) => {
  const sent = [one, ";admins;", other, "staff"];
  expect(() => assertionAttributes(sent, "HTTP_OIDC_")).toThrow(AmbiguousAssertion);
  expect(assertionAttributes(sent, "HTTP_SSO_").size).toBe(0);
});

test("what the proxy proves itself by is no attribute, however short the prefix", () => {
  expect(assertionAttributes(["X-Federation-Secret", "s"], "HTTP_").size).toBe(0);
});

test("UTF-8 that came as Latin-1 is read again; what is none stays", () => {
  const sent = ["OIDC-Name", Buffer.from("Peña").toString("latin1"), "OIDC-Town", "Köln"];
  const attributes = assertionAttributes(sent, "HTTP_OIDC_");
  expect([...attributes.values()]).toEqual(["Peña", "Köln"]);
});
