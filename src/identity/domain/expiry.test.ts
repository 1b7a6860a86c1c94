import { expect, test } from "vitest";
import { expiryParse, isoOfMicroseconds } from "./expiry.ts";

const now = Date.parse("2026-11-24T10:00:00Z");

test.each([
  ["2026-11-24T11:00:00.123456", "2026-11-24T11:00:00.123456"],
  ["2026-11-24T11:00:00Z", "2026-11-24T11:00:00.000000"],
  ["2026-11-24 11:00:00.5Z", "2026-11-24T11:00:00.500000"],
  ["2026-11-24T12:00:00+01:00", "2026-11-24T11:00:00.000000"],
])("%s is kept to the microsecond", (text, shown) => {
  expect(isoOfMicroseconds(expiryParse(text, now))).toBe(shown);
});

test.each(["bad.123Z", "", "2026-13-01T00:00:00Z", "2026-11-24T11:00:00.1234567Z", "tomorrow"])(
  "%j is no time",
  (text) => {
    expect(() => expiryParse(text, now)).toThrow(/^Timestamp not in expected format\./);
  },
);

test("what is over cannot begin", () => {
  expect(() => expiryParse("2026-11-24T10:00:00Z", now)).toThrow(/must not be before now/);
  expect(() => expiryParse("2026-11-24T10:00:00.000001Z", now)).not.toThrow();
});
