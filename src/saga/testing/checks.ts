import { expect } from "vitest";
import { nothing, type Saga } from "../define.ts";
import { terminal } from "../errors.ts";
import type { SagaOutcome } from "../executor.ts";
import { crashingDatabase } from "./crashing-database.ts";
import type { SagaTestSetup } from "./setup.ts";
import { endStep, failingAtTheEnd, runToEnd, withSteps, withTrial } from "./trial.ts";

/** The saga succeeds; its outputs are JSON. Returns what it leaves. */
export function checkSuccess<Params, Deps, Outputs>(
  definition: Saga<Params, Deps, Outputs>,
  setup: SagaTestSetup<Params, Deps>,
): Promise<unknown> {
  const watched = withSteps(definition, (step) => ({
    ...step,
    run:
      step.run === nothing
        ? nothing
        : async (given) => {
            const output = await step.run(given);
            if (output !== undefined) {
              const readBack: unknown = JSON.parse(JSON.stringify(output) ?? "null");
              expect(readBack, `the output of ${step.name} is read back from JSON`).toEqual(output);
            }
            return output;
          },
  }));
  return withTrial(watched, setup, async (trial) => {
    expectDone(await runToEnd(trial), "a plain run");
    const left = structuredClone(await trial.left());
    setup.done(left);
    return left;
  });
}

/** Whichever step fails, before its effect or (unless it is atomic) after it, nothing is left. */
export async function checkFailures<Params, Deps, Outputs>(
  definition: Saga<Params, Deps, Outputs>,
  setup: SagaTestSetup<Params, Deps>,
): Promise<void> {
  for (const { name, run } of definition.steps) {
    if (run === nothing) continue;
    for (const moment of setup.atomic?.includes(name) ? ["before"] : ["before", "after"]) {
      const failing = withSteps(definition, (step) => ({
        ...step,
        run:
          step.name !== name
            ? step.run
            : async (given) => {
                if (moment === "after") await step.run(given);
                throw terminal(new Error("failed by the test"));
              },
      }));
      const label = `failed in step ${name}, ${moment} its effect`;
      await withTrial(failing, setup, async (trial) => {
        expectUnwound(await runToEnd(trial), label);
        await expectNothingLeft(setup, trial, name, label);
      });
    }
  }
}

/** Each step, and each undo, run twice in a row is as good as once. */
export async function checkRepetitions<Params, Deps, Outputs>(
  definition: Saga<Params, Deps, Outputs>,
  setup: SagaTestSetup<Params, Deps>,
): Promise<void> {
  const expected = await checkSuccess(definition, setup);
  const repeating = withSteps(definition, ({ name, run, undo, retry }) => ({
    name,
    retry,
    run:
      run === nothing
        ? nothing
        : async (given) => {
            await run(given);
            return run(given);
          },
    undo:
      undo === "none"
        ? undo
        : async (given) => {
            await undo(given);
            await undo(given);
          },
  }));
  await withTrial(repeating, setup, async (trial) => {
    expectDone(await runToEnd(trial), "each step twice");
    expect(await trial.left(), "left after each step ran twice").toEqual(expected);
  });
  await withTrial(failingAtTheEnd(repeating), setup, async (trial) => {
    expectUnwound(await runToEnd(trial), "each undo twice");
    await expectNothingLeft(setup, trial, endStep, "each undo twice");
  });
}

/** A death at any write, forwards and backwards, is made good by the next executor. Returns how many were tried. */
export async function checkCrashes<Params, Deps, Outputs>(
  definition: Saga<Params, Deps, Outputs>,
  setup: SagaTestSetup<Params, Deps>,
): Promise<number> {
  const expected = await checkSuccess(definition, setup);
  const forwards = await crashEverywhere(definition, setup, async (outcome, left, _before, label) => {
    expectDone(outcome, label);
    expect(await left(), label).toEqual(expected);
  });
  const backwards = await crashEverywhere(
    failingAtTheEnd(definition),
    setup,
    async (outcome, left, before, label) => {
      expectUnwound(outcome, label);
      await expectNothingLeft(setup, { left, before }, endStep, label);
    },
  );
  return forwards + backwards;
}

async function crashEverywhere<Params, Deps, Outputs>(
  definition: Saga<Params, Deps, Outputs>,
  setup: SagaTestSetup<Params, Deps>,
  check: (outcome: SagaOutcome, left: () => unknown, before: unknown, label: string) => Promise<void>,
): Promise<number> {
  let crashes = 0;
  for (const when of ["before", "after"] as const) {
    for (let transaction = 1, reached = true; reached; transaction += 1) {
      reached = await withTrial(definition, setup, async (trial) => {
        const database = crashingDatabase(trial.database, { transaction, when });
        const doomed = trial.executor(database);
        const ended = doomed.start().then(() => doomed.waitFor(trial.sagaId));
        await Promise.race([ended.catch(() => undefined), database.crash]);
        await doomed.stop({ graceMs: 1_000 });
        const label = `crash ${when} the commit of write ${transaction}`;
        await check(await runToEnd(trial), trial.left, trial.before, label);
        return database.hasCrashed();
      });
      if (reached) crashes += 1;
    }
  }
  return crashes;
}

function expectDone(outcome: SagaOutcome, label: string): void {
  expect(outcome, label).toEqual({ state: "done", error: undefined, stuckReason: undefined });
}

function expectUnwound(outcome: SagaOutcome, label: string): void {
  expect(outcome, label).toMatchObject({ state: "unwound", stuckReason: undefined });
}

async function expectNothingLeft<Params, Deps>(
  setup: SagaTestSetup<Params, Deps>,
  { left, before }: { readonly left: () => unknown; readonly before: unknown },
  failedAt: string,
  label: string,
): Promise<void> {
  const found = await left();
  if (setup.unwound) setup.unwound(found, { failedAt, before });
  else expect(found, `left when ${label}`).toEqual(before);
}
