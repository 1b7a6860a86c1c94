import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { base64Decode, base64Encode } from "./base64.ts";

test("as Node has it, for every length", () => {
  for (let length = 0; length <= 200; length += 1) {
    const bytes = randomBytes(length);
    const text = base64Encode(bytes);
    expect(text.toString()).toBe(bytes.toString("base64"));
    expect(base64Decode(text)).toEqual(bytes);
  }
});

test.each([
  ["", ""],
  ["YW Jj\nZA ==", "abcd"],
  ["b'\\xb0'", Buffer.from("bxb0", "base64").toString("latin1")],
  ["🍺", ""],
  ["!%", ""],
])("%j is %j, with what is no letter left out", (text, expected) => {
  expect(base64Decode(Buffer.from(text))?.toString("latin1")).toBe(expected);
});

test.each(["A", "AA", "AAA", "AA=", "AAA==", "AAAA=", "AA==AA==", "=", "AAAAA"])("%j is refused", (text) => {
  expect(base64Decode(Buffer.from(text))).toBeUndefined();
});
