import type { SagaId } from "#base/ids.ts";
import type { Logger } from "#base/logger.ts";
import { CloudError } from "#base/errors.ts";
import type { SagaFailure } from "./errors.ts";

/** What a step function is given. It must be idempotent: after a crash it runs again, with the same `key`. */
export interface SagaStep<Params, Deps, Outputs = object> {
  readonly params: Params;
  /** What the earlier steps returned, by step name, after a round trip through JSON. */
  readonly outputs: Outputs;
  readonly sagaId: SagaId;
  /** The same at every repetition of this step: `<saga id>:<step>`, and `<saga id>:<step>:undo` in its undo. */
  readonly key: string;
  /** The box given to `sagaStart`; erased when the saga ends. */
  readonly sealedBox: Uint8Array | undefined;
  /** The API request that started the saga. */
  readonly requestId: string | undefined;
  readonly deps: Deps;
  readonly log: Logger;
  /** Aborted when the executor stops or lost its lease: stop waiting and throw whatever you like, the step is repeated later. */
  readonly signal: AbortSignal;
}

/** What an undo function is given: `outputs` has its own step's too, `error` is why the saga unwinds. */
export interface SagaUndo<Params, Deps, Outputs = object> extends SagaStep<Params, Deps, Outputs> {
  readonly error: SagaFailure;
}

/** Delays double from `firstDelayMs` up to `maxDelayMs`, each shortened at random by up to a half. */
export interface RetryPolicy {
  /** How often the step is tried in all. */
  readonly tries: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
}

export interface StepActions<Params, Deps, Outputs, Name extends string, Output> {
  /**
   * One side effect. Returns JSON, never a secret. Throws `retryable(cause)` to be tried again and `terminal(cause)`
   * to unwind; any other throw is terminal.
   */
  readonly run: (step: SagaStep<Params, Deps, Outputs>) => Promise<Output>;
  /**
   * Takes the effect back. Called only when `run` had returned, so an effect that may exist although `run` failed belongs to
   * an earlier step, the guard: `{ run: nothing, undo: removeWhateverThereIs }`. Every throw but `terminal` is tried again;
   * in the end the saga is parked as `stuck`.
   */
  readonly undo:
    | "none"
    | ((step: SagaUndo<Params, Deps, Outputs & Readonly<Record<Name, NoInfer<Output>>>>) => Promise<void>);
  /** Instead of the default of about 8 tries in a minute; for `run` and `undo` alike. */
  readonly retry?: Partial<RetryPolicy> | undefined;
}

/** A step without its types: what the executor works with. */
export interface StepDefinition<Deps> {
  readonly name: string;
  readonly run: (step: SagaStep<unknown, Deps>) => Promise<unknown>;
  readonly undo: "none" | ((step: SagaUndo<unknown, Deps>) => Promise<void>);
  readonly retry: Partial<RetryPolicy>;
}

/** A saga of whatever parameters that is content with `Deps`: what an executor is given. */
export interface SagaDefinition<Deps> {
  readonly name: string;
  readonly version: number;
  readonly steps: readonly StepDefinition<Deps>[];
}

declare const paramsOf: unique symbol;

/** A definition, and the builder of a longer one: it is immutable, `step` returns a new one. */
export interface Saga<Params, Deps, Outputs = object> extends SagaDefinition<Deps> {
  readonly [paramsOf]?: Params;
  readonly step: <const Name extends string, Output>(
    name: Name,
    actions: StepActions<Params, Deps, Outputs, Name, Output>,
  ) => Saga<Params, Deps, Outputs & Readonly<Record<Name, Output>>>;
}

/**
 * Begins a definition. Name, version and step names are persisted with every saga: a change of the steps or of the
 * parameters takes a new version, and the old one stays defined until no saga of it is left.
 *
 * Steps run in order; when one fails for good the finished ones are undone backwards. So what is to happen at
 * the end of a success is the last step, and what is to happen at the end of an unwinding (server → ERROR) is the undo of the first.
 */
export function saga<Params, Deps>(name: string, version: number): Saga<Params, Deps> {
  return extend<Params, Deps, object>({ name, version, steps: [] });
}

/** The `run` of an undo-only guard. */
export function nothing(): Promise<void> {
  return Promise.resolve();
}

function extend<Params, Deps, Outputs>(definition: SagaDefinition<Deps>): Saga<Params, Deps, Outputs> {
  return {
    ...definition,
    step(name, actions) {
      if (definition.steps.some((step) => step.name === name)) {
        throw new CloudError("bug", `Saga ${definition.name} has two steps named ${name}.`);
      }
      // The types of parameters and outputs hold by construction; the executor need not know them.
      const step = { retry: {}, ...actions, name } as unknown as StepDefinition<Deps>;
      return extend({ ...definition, steps: [...definition.steps, step] });
    },
  };
}
