import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "./secret.ts";

test("a secret is printed nowhere", () => {
  const secret = new Secret("hunter2");
  const printed = [String(secret), JSON.stringify({ secret }), inspect({ secret }), secret.toString()];
  for (const text of printed) expect(text).not.toContain("hunter2");
  expect(secret.expose()).toBe("hunter2");
});
