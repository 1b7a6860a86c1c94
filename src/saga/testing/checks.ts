import { expect } from "vitest";
import { isPostgres } from "#db/index.ts";
import { nothing, type Saga } from "../define.ts";
import { terminal } from "../errors.ts";
import type { SagaOutcome } from "../executor.ts";
import { crashingDatabase } from "./crashing-database.ts";
import type { SagaTestSetup } from "./setup.ts";
import { endStep, failingAtTheEnd, runToEnd, withSteps, withTrial, type Trial } from "./trial.ts";

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

/**
 * A death at any write, forwards and backwards, is made good by the next executor. Returns how many were tried. On SQLite each is
 * alone in a world of its own. On PostgreSQL, where steps and executors are the same and only the log's SQL is another, they come
 * in turn in one world; SAGA_CRASHES=each: as on SQLite.
 */
export async function checkCrashes<Params, Deps, Outputs>(
  definition: Saga<Params, Deps, Outputs>,
  setup: SagaTestSetup<Params, Deps>,
): Promise<number> {
  const expected = await checkSuccess(definition, setup);
  const forwards = await crashesTry(definition, setup, async (outcome, left, _before, label) => {
    expectDone(outcome, label);
    expect(await left(), label).toEqual(expected);
  });
  const backwards = await crashesTry(
    failingAtTheEnd(definition),
    setup,
    async (outcome, left, before, label) => {
      expectUnwound(outcome, label);
      await expectNothingLeft(setup, { left, before }, endStep, label);
    },
  );
  return forwards + backwards;
}

type CrashCheck = (
  outcome: SagaOutcome,
  left: () => unknown,
  before: unknown,
  label: string,
) => Promise<void>;

const each = process.env["SAGA_CRASHES"] === "each";

async function crashesTry<Params, Deps, Outputs>(
  definition: Saga<Params, Deps, Outputs>,
  setup: SagaTestSetup<Params, Deps>,
  check: CrashCheck,
): Promise<number> {
  const crashes = await withTrial(definition, setup, async (trial) =>
    each || !isPostgres(trial.database.db) ? undefined : crashInTurn(trial, check),
  );
  return crashes ?? crashEverywhere(definition, setup, check);
}

async function crashEverywhere<Params, Deps, Outputs>(
  definition: Saga<Params, Deps, Outputs>,
  setup: SagaTestSetup<Params, Deps>,
  check: CrashCheck,
): Promise<number> {
  let crashes = 0;
  for (const when of ["before", "after"] as const) {
    for (let transaction = 1, reached = true; reached; transaction += 1) {
      reached = await withTrial(definition, setup, async (trial) => {
        const crashed = await crashAt(trial, { transaction, when });
        const label = `crash ${when} the commit of write ${transaction}`;
        await check(await runToEnd(trial), trial.left, trial.before, label);
        return crashed;
      });
      if (reached) crashes += 1;
    }
  }
  return crashes;
}

/** At each step's end one executor dies before the commit, the next one after it, and the one after that ends the next step. */
async function crashInTurn<Deps>(trial: Trial<Deps>, check: CrashCheck): Promise<number> {
  let crashes = 0;
  const bothAt = async (transaction: number): Promise<boolean> => {
    const before = await crashAt(trial, { transaction, when: "before" });
    const after = await crashAt(trial, { transaction, when: "after" });
    crashes += Number(before) + Number(after);
    return before && after;
  };
  // What an executor that died held, the claim, and that a step begins; from there on the end of one step after the other.
  for (const transaction of [1, 2, 3]) await bothAt(transaction);
  while (await bothAt(4));
  const label = "crash before the commit of each step's end, and after it, in turn";
  await check(await runToEnd(trial), trial.left, trial.before, label);
  return crashes;
}

/** Whether it came to that. */
async function crashAt<Deps>(
  trial: Trial<Deps>,
  at: { readonly transaction: number; readonly when: "before" | "after" },
): Promise<boolean> {
  const database = crashingDatabase(trial.database, at);
  const doomed = trial.executor(database);
  const ended = doomed.start().then(() => doomed.waitFor(trial.sagaId));
  await Promise.race([ended.catch(() => undefined), database.crash]);
  await doomed.stop({ graceMs: 1_000 });
  return database.hasCrashed();
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
