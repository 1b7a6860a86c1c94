import { describe, expect, test } from "vitest";
import type { Saga } from "../define.ts";
import { checkCrashes, checkFailures, checkRepetitions, checkSuccess } from "./checks.ts";
import type { SagaTestSetup } from "./setup.ts";

/** The four tests of every saga. */
export function sagaTests<Params, Deps, Outputs>(
  definition: Saga<Params, Deps, Outputs>,
  setup: SagaTestSetup<Params, Deps>,
): void {
  describe(`saga ${definition.name} version ${definition.version}`, () => {
    test("succeeds", async () => {
      await checkSuccess(definition, setup);
    });
    test("unwinds from a failure of each step", () => checkFailures(definition, setup));
    test("bears the repetition of each step and each undo", () => checkRepetitions(definition, setup));
    test("recovers from a crash at each write", async () => {
      // At least at the start, the claim, each step and the end, before and after the commit.
      expect(await checkCrashes(definition, setup)).toBeGreaterThanOrEqual(4);
    });
  });
}
