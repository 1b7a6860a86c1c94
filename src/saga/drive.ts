import type { Clock } from "#base/clock.ts";
import type { Database } from "#db/index.ts";
import { courseAdvance, courseOf, courseStrangers, type CourseEvent, type CourseNext } from "./course.ts";
import type { SagaDefinition } from "./define.ts";
import type { SagaFailure } from "./errors.ts";
import { Dropped, stepPerform, type PerformOptions } from "./perform.ts";
import { sagaHold, type HeldSaga, type SagaChanges } from "./store/leases.ts";
import { sagaLogAppend, sagaLogEraseOutputs, type SagaLogEntry } from "./store/log.ts";

export interface DriveOptions<Deps> extends PerformOptions<Deps> {
  readonly database: Database;
  /** Undefined when the process does not know the saga's name and version. */
  readonly definition: SagaDefinition<Deps> | undefined;
  readonly clock: Clock;
  readonly leaseMs: number;
}

/**
 * Runs a held saga to its end, or until it is stuck. Throws `Dropped`, `LeaseLost` or the database's error when
 * it had to be left: the log then says where to go on.
 */
export async function sagaDrive<Deps>(held: HeldSaga, options: DriveOptions<Deps>): Promise<void> {
  const { definition } = options;
  const { name, version } = held.run;
  if (!definition) {
    await park(held, options, [], `This program does not know saga ${name} version ${version}.`);
    return;
  }
  const strangers = courseStrangers(definition, held.log);
  if (strangers.length > 0) {
    const reason = `Saga ${name} version ${version} has no step ${strangers.join(", ")}, but the log has: the definition was changed under its old version.`;
    await park(held, options, [], reason);
    return;
  }
  let failure = held.run.error;
  let course = courseOf(held.log);
  let events: readonly CourseEvent[] = [];
  for (;;) {
    const advanced = courseAdvance(definition, course, events, options.clock.now());
    const { next } = advanced;
    await record(held, options, advanced.entries, changesFor(next, events, failure, options.clock));
    course = advanced.course;
    if (next.kind === "end") return;
    if (options.stopping.aborted) throw new Dropped("The executor stops.");
    const result = await stepPerform(held, options, next, course, failure);
    if (result.stuck !== undefined) {
      await park(
        held,
        options,
        [{ ...result.event, seq: course.nextSeq, at: options.clock.now() }],
        result.stuck,
      );
      return;
    }
    events = [result.event];
    failure ??= result.failure;
  }
}

function changesFor<Deps>(
  next: CourseNext<Deps>,
  events: readonly CourseEvent[],
  error: SagaFailure | undefined,
  clock: Clock,
): SagaChanges {
  const failed = events.some(({ event }) => event === "failed") ? { error } : {};
  if (next.kind === "end") return { ...failed, state: next.state, finishedAt: clock.now() };
  return next.kind === "undo" ? { ...failed, state: "unwinding" } : {};
}

async function park<Deps>(
  held: HeldSaga,
  options: DriveOptions<Deps>,
  entries: readonly SagaLogEntry[],
  stuckReason: string,
): Promise<void> {
  options.log.error({ reason: stuckReason }, "saga is stuck: repair the cause, then retry it");
  await record(held, options, entries, { state: "stuck", stuckReason });
}

async function record<Deps>(
  held: HeldSaga,
  options: DriveOptions<Deps>,
  entries: readonly SagaLogEntry[],
  changes: SagaChanges,
): Promise<void> {
  await options.database.transaction(async (tx) => {
    await sagaHold(tx, held, options.clock.now() + options.leaseMs, changes);
    await sagaLogAppend(tx, held.run.id, entries);
    if (changes.finishedAt !== undefined) await sagaLogEraseOutputs(tx, held.run.id);
  });
}
