import { silentLogger } from "#base/logger.ts";
import type { SagaId } from "#base/ids.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import type { Saga, StepDefinition } from "../define.ts";
import { terminal } from "../errors.ts";
import { createSagaExecutor, type SagaExecutor, type SagaOutcome } from "../executor.ts";
import { sagaMigrations } from "../store/migrations/0005-saga.ts";
import { sagaStart } from "../store/runs.ts";
import type { SagaTestSetup, SagaWorld } from "./setup.ts";

/** One saga in one world, started and not yet run. */
export interface Trial<Deps> {
  readonly database: Database;
  readonly sagaId: SagaId;
  readonly before: unknown;
  readonly left: () => unknown;
  readonly executor: (database?: Database) => SagaExecutor;
  readonly world: SagaWorld<unknown, Deps>;
}

/** Opens a world, starts the saga in it, and closes all when `use` has ended. */
export async function withTrial<Params, Deps, Outputs, T>(
  definition: Saga<Params, Deps, Outputs>,
  setup: SagaTestSetup<Params, Deps>,
  use: (trial: Trial<Deps>) => Promise<T>,
): Promise<T> {
  const database = await openTestDatabase({ ...sagaMigrations, ...setup.migrations }, { inMemory: true });
  const executors: SagaExecutor[] = [];
  try {
    const world = await setup.world(database);
    const before = structuredClone(await world.left());
    const { params, sealedBox, resource, sagaId: id } = world;
    const sagaId = await database.transaction((tx) =>
      sagaStart(tx, definition, { id, params, sealedBox, resource }),
    );
    const executor = (executorDatabase = database): SagaExecutor => {
      const made = createSagaExecutor({
        database: executorDatabase,
        definitions: [definition],
        deps: world.deps,
        log: silentLogger,
        ownerId: "kit",
        sleep: () => Promise.resolve(),
      });
      executors.push(made);
      return made;
    };
    return await use({ database, sagaId, before, left: world.left, executor, world });
  } finally {
    for (const executor of executors) await executor.stop({ graceMs: 1_000 });
    await database.close();
  }
}

export async function runToEnd<Deps>(trial: Trial<Deps>): Promise<SagaOutcome> {
  const executor = trial.executor();
  await executor.start();
  return executor.waitFor(trial.sagaId);
}

/** The same saga with other steps. */
export function withSteps<Params, Deps, Outputs>(
  definition: Saga<Params, Deps, Outputs>,
  change: (step: StepDefinition<Deps>) => StepDefinition<Deps>,
): Saga<Params, Deps, Outputs> {
  return { ...definition, steps: definition.steps.map(change) };
}

export const endStep = "the end of the test";

/** The same saga with a last step that always fails, so that every other is undone. */
export function failingAtTheEnd<Params, Deps, Outputs>(
  definition: Saga<Params, Deps, Outputs>,
): Saga<Params, Deps, Outputs> {
  const failing: StepDefinition<Deps> = {
    name: endStep,
    run: () => Promise.reject(terminal(new Error("failed by the test"))),
    undo: "none",
    retry: {},
  };
  return { ...definition, steps: [...definition.steps, failing] };
}
