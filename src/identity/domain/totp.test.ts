import { expect, test } from "vitest";
import { totpMatches } from "./totp.ts";

/** RFC 6238, appendix B: the key "12345678901234567890", the last six of its eight digits. */
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

test.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
])("at %d the code is %s", (seconds, code) => {
  expect(totpMatches(secret, code, seconds * 1_000)).toBe(true);
  expect(totpMatches(secret, code, (seconds + 30) * 1_000)).toBe(true);
  expect(totpMatches(secret, code, (seconds + 60) * 1_000)).toBe(false);
  expect(totpMatches(secret, code, (seconds - 30) * 1_000)).toBe(false);
});

test("padding says nothing; what is no base32 fits nothing", () => {
  expect(totpMatches("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ====", "287082", 59_000)).toBe(true);
  for (const broken of ["", "====", "gezdg", "0189!"])
    expect(totpMatches(broken, "287082", 59_000)).toBe(false);
  for (const code of ["", "28708", "2870820"]) expect(totpMatches(secret, code, 59_000)).toBe(false);
});
