import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isoMicroseconds, isoSeconds } from "./clock.ts";

test("times are written as Date writes them, the second time, too; what is no time is an error", () => {
  const time = fc.integer({ min: -8_640_000_000_000, max: 8_640_000_000_000 });
  fc.assert(
    fc.property(time, (timeMs) => {
      const whole = new Date(timeMs).toISOString();
      for (const asked of [timeMs, timeMs]) {
        expect(isoSeconds(asked)).toBe(`${whole.slice(0, 19)}Z`);
        expect(isoMicroseconds(asked)).toBe(`${whole.slice(0, 23)}000`);
      }
    }),
  );
  expect(() => isoSeconds(Number.NaN)).toThrow(RangeError);
});
