import { nothing, type SagaDefinition } from "./define.ts";

/**
 * Told as `<saga>:<step>:<moment>`: `before` the step's effect and `after` it, when the log knows of its beginning and not yet of its end;
 * `undo-before` and `undo-after` of its undo. What it waits for, the saga waits for. For tests that stop a process there.
 */
export type SagaMoment = (moment: string) => Promise<void>;

/** The same saga, that tells of its moments. Guards have none: nothing runs. */
export function sagaWatched<Deps>(definition: SagaDefinition<Deps>, tell: SagaMoment): SagaDefinition<Deps> {
  const around = async <T>(name: string, what: string, work: () => Promise<T>): Promise<T> => {
    await tell(`${definition.name}:${name}:${what}before`);
    const result = await work();
    await tell(`${definition.name}:${name}:${what}after`);
    return result;
  };
  const steps = definition.steps.map((step) => {
    const { name, run, undo } = step;
    return {
      ...step,
      run: run === nothing ? run : (given: Parameters<typeof run>[0]) => around(name, "", () => run(given)),
      undo:
        undo === "none"
          ? undo
          : (given: Parameters<typeof undo>[0]) => around(name, "undo-", () => undo(given)),
    };
  });
  return { ...definition, steps };
}
