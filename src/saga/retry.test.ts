import * as fc from "fast-check";
import { expect, test } from "vitest";
import { defaultRetry, retryDelayMs, withRetries } from "./retry.ts";

test("delays double up to the limit, shortened by at most a half", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (tried, random) => {
        const full = Math.min(30_000, 500 * 2 ** (tried - 1));
        const delayMs = retryDelayMs(defaultRetry, tried, random);
        expect(delayMs).toBeLessThanOrEqual(full);
        expect(delayMs).toBeGreaterThanOrEqual(full / 2);
      },
    ),
  );
});

test("the default gives up after about a minute", () => {
  const delaysMs = Array.from({ length: defaultRetry.tries - 1 }, (_, index) =>
    retryDelayMs(defaultRetry, index + 1, 0),
  );
  expect(delaysMs.reduce((sum, delayMs) => sum + delayMs)).toBeGreaterThan(45_000);
  expect(delaysMs.reduce((sum, delayMs) => sum + delayMs)).toBeLessThan(75_000);
});

test("the last error is thrown when the tries are used up, a final one at once", async () => {
  const calls = async (final: number): Promise<number> => {
    let count = 0;
    const ending = withRetries(
      { tries: 3, firstDelayMs: 1, maxDelayMs: 1 },
      {
        call: () => Promise.reject(new Error(`try ${(count += 1)}`)),
        isFinal: (thrown) => thrown instanceof Error && thrown.message === `try ${final}`,
        pause: () => Promise.resolve(),
      },
    );
    await expect(ending).rejects.toThrow("try");
    await ending.catch((thrown: Error) => expect(thrown.message).toBe(`try ${count}`));
    return count;
  };
  expect(await calls(9)).toBe(3);
  expect(await calls(2)).toBe(2);
});
