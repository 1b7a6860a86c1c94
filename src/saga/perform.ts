import { CloudError, errorText } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import type { Course, CourseEvent, CourseNext } from "./course.ts";
import type { RetryPolicy, SagaStep, SagaUndo, StepDefinition } from "./define.ts";
import { RetryableError, TerminalError, sagaFailure, type SagaFailure } from "./errors.ts";
import { withRetries } from "./retry.ts";
import type { HeldSaga } from "./store/leases.ts";

export interface PerformOptions<Deps> {
  readonly deps: Deps;
  readonly log: Logger;
  readonly retry: RetryPolicy;
  readonly sleep: (durationMs: number, signal: AbortSignal) => Promise<void>;
  /** Aborted: begin nothing new. */
  readonly stopping: AbortSignal;
  /** Aborted: what runs is to end now; its failure is not the saga's. */
  readonly signal: AbortSignal;
}

/** Thrown when the saga is left where it is, for another executor or a later time. */
export class Dropped extends Error {
  override readonly name = "Dropped";
}

export interface Performed {
  readonly event: CourseEvent & { readonly output: unknown };
  readonly failure?: SagaFailure;
  readonly stuck?: string;
}

/** Runs or undoes one step, with its retries. Throws `Dropped` only. */
export async function stepPerform<Deps>(
  held: HeldSaga,
  options: PerformOptions<Deps>,
  { kind, step }: Exclude<CourseNext<Deps>, { kind: "end" }>,
  course: Course,
  failure: SagaFailure | undefined,
): Promise<Performed> {
  const log = options.log.child({ step: step.name });
  const given: SagaStep<unknown, Deps> = {
    params: held.run.params,
    outputs: course.outputs,
    sagaId: held.run.id,
    key: kind === "undo" ? `${held.run.id}:${step.name}:undo` : `${held.run.id}:${step.name}`,
    sealedBox: held.sealedBox === undefined ? undefined : Buffer.from(held.sealedBox, "base64"),
    requestId: held.run.requestId,
    deps: options.deps,
    log,
    signal: options.signal,
  };
  return kind === "run"
    ? runOne(options, step, given)
    : undoOne(options, step, { ...given, error: failure ?? unknownFailure(step) });
}

async function runOne<Deps>(
  options: PerformOptions<Deps>,
  step: StepDefinition<Deps>,
  given: SagaStep<unknown, Deps>,
): Promise<Performed> {
  try {
    const output = await persistently(options, step, given.log, isFinalInRun, async () =>
      asJson(await step.run(given)),
    );
    return { event: { step: step.name, event: "done", output } };
  } catch (thrown) {
    if (thrown instanceof Dropped) throw thrown;
    const failure = sagaFailure(step.name, thrown);
    given.log.warn(
      { code: failure.code, reason: failure.message, detail: failure.detail },
      "saga step failed; unwinding",
    );
    return { event: { step: step.name, event: "failed", output: undefined }, failure };
  }
}

async function undoOne<Deps>(
  options: PerformOptions<Deps>,
  step: StepDefinition<Deps>,
  given: SagaUndo<unknown, Deps>,
): Promise<Performed> {
  const { undo } = step;
  try {
    if (undo !== "none") await persistently(options, step, given.log, isTerminal, () => undo(given));
    return { event: { step: step.name, event: "undone", output: undefined } };
  } catch (thrown) {
    if (thrown instanceof Dropped) throw thrown;
    return {
      event: { step: step.name, event: "undo-failed", output: undefined },
      stuck: `The undo of step ${step.name} failed: ${errorText(thrown)}`,
    };
  }
}

/** The row of an unwinding saga always has an error; this keeps the type honest. */
function unknownFailure(step: { readonly name: string }): SagaFailure {
  return sagaFailure(step.name, new CloudError("bug", "An internal error occurred."));
}

const isTerminal = (thrown: unknown): boolean => thrown instanceof TerminalError;
const isFinalInRun = (thrown: unknown): boolean => !(thrown instanceof RetryableError);

/** With the step's retries; `Dropped` when the executor wants to end, whatever was thrown then. */
async function persistently<Deps, T>(
  options: PerformOptions<Deps>,
  step: StepDefinition<Deps>,
  log: Logger,
  isFinal: (thrown: unknown) => boolean,
  action: () => Promise<T>,
): Promise<T> {
  const wanted = AbortSignal.any([options.stopping, options.signal]);
  return withRetries(
    { ...options.retry, ...step.retry },
    {
      call: async () => {
        try {
          return await action();
        } catch (thrown) {
          if (options.signal.aborted) throw new Dropped("The step was aborted.", { cause: thrown });
          throw thrown;
        }
      },
      isFinal: (thrown) => thrown instanceof Dropped || isFinal(thrown),
      pause: async (delayMs, thrown, triedTimes) => {
        log.warn(
          { triedTimes, delayMs: Math.round(delayMs), reason: errorText(thrown) },
          "saga step is tried again",
        );
        await options.sleep(delayMs, wanted).catch(() => undefined);
        if (wanted.aborted) throw new Dropped("The executor stops.");
      },
    },
  );
}

/** Later steps always see what a resumed saga would: the output read back from JSON. */
function asJson(output: unknown): unknown {
  const text = JSON.stringify(output) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}
