import { expect, test } from "vitest";
import { AmbiguousAssertion, assertionAttributes } from "./federation-proxy.ts";

test("headers with the prefix are attributes, as WSGI names them", () => {
  const headers = {
    "oidc-sub": "bob",
    "oidc_claim-email": "b@example.org",
    "x-oidc-sub": "eve",
    cookie: "c",
  };
  expect(Object.fromEntries(assertionAttributes(headers, "HTTP_OIDC_"))).toEqual({
    HTTP_OIDC_SUB: "bob",
    HTTP_OIDC_CLAIM_EMAIL: "b@example.org",
  });
});

test("two headers that would be one attribute are nobody's", () => {
  const headers = { "oidc-claim-sub": "admin", "oidc_claim-sub": "bob" };
  expect(() => assertionAttributes(headers, "HTTP_OIDC_")).toThrow(AmbiguousAssertion);
  expect(assertionAttributes(headers, "HTTP_SSO_").size).toBe(0);
});

test("UTF-8 that came as Latin-1 is read again; what is none stays", () => {
  const sent = { "oidc-name": Buffer.from("Peña").toString("latin1"), "oidc-town": "Köln" };
  const attributes = assertionAttributes(sent, "HTTP_OIDC_");
  expect([...attributes.values()]).toEqual(["Peña", "Köln"]);
});
