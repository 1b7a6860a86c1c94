import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { isCloudError } from "#base/errors.ts";
import { keyBytes, open, seal } from "./aead.ts";

const key = randomBytes(keyBytes);
const plaintext = Buffer.from("a passphrase of a TPM");
const context = ["payload", "secret", "project"];

test("what is sealed opens to the same bytes, and two seals differ", () => {
  const [first, second] = [seal(key, plaintext, context), seal(key, plaintext, context)];
  expect(open(key, first, context)).toEqual(plaintext);
  expect(first).not.toBe(second);
  expect(Buffer.from(first, "base64").includes(plaintext)).toBe(false);
});

test("a flipped bit anywhere is refused", () => {
  const bytes = Buffer.from(seal(key, plaintext, context), "base64");
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => open(key, changed.toString("base64"), context), `byte ${index}`).toThrow();
  }
});

test.each([
  ["another key", randomBytes(keyBytes), context],
  ["another secret", key, ["payload", "other", "project"]],
  ["another project", key, ["payload", "secret", "other"]],
  ["the same text split otherwise", key, ["payload", "secretp", "roject"]],
])("%s is refused, without a hint in the message", (_name, otherKey, otherContext) => {
  const sealed = seal(key, plaintext, context);
  let thrown: unknown;
  try {
    open(otherKey, sealed, otherContext);
  } catch (error) {
    thrown = error;
  }
  expect(isCloudError(thrown, "bug")).toBe(true);
});

test.each(["", "AA==", "%%%"])("%j is no sealed value", (text) => {
  expect(() => open(key, text, context)).toThrow(/could not open/);
});
