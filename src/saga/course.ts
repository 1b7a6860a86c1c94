import { nothing, type SagaDefinition, type StepDefinition } from "./define.ts";
import type { SagaEvent, SagaLogEntry } from "./store/log.ts";

/** How far a saga has come: a fold of its log. */
export interface Course {
  /** Finished steps that are not undone, in order. */
  readonly done: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly unwinding: boolean;
  readonly nextSeq: number;
}

export interface CourseEvent {
  readonly step: string;
  readonly event: SagaEvent;
  readonly output?: unknown;
}

export type CourseNext<Deps> =
  | { readonly kind: "run"; readonly step: StepDefinition<Deps> }
  | { readonly kind: "undo"; readonly step: StepDefinition<Deps> }
  | { readonly kind: "end"; readonly state: "done" | "unwound" };

export function courseOf(log: readonly SagaLogEntry[]): Course {
  const start: Course = { done: [], outputs: {}, unwinding: false, nextSeq: 0 };
  return log.reduce((course, entry) => courseAfter(course, entry), start);
}

function courseAfter(course: Course, { step, event, output }: CourseEvent): Course {
  const after = { ...course, nextSeq: course.nextSeq + 1 };
  if (event === "done") {
    return { ...after, done: [...course.done, step], outputs: { ...course.outputs, [step]: output } };
  }
  if (event === "failed") return { ...after, unwinding: true };
  if (event === "undone") return { ...after, done: course.done.filter((name) => name !== step) };
  return after;
}

/** The steps of a log that this definition does not have: it is not the one the saga was started with. */
export function courseStrangers<Deps>(
  definition: SagaDefinition<Deps>,
  log: readonly SagaLogEntry[],
): readonly string[] {
  const known = new Set(definition.steps.map((step) => step.name));
  return [...new Set(log.map((entry) => entry.step))].filter((step) => !known.has(step));
}

export function courseNext<Deps>(definition: SagaDefinition<Deps>, course: Course): CourseNext<Deps> {
  if (!course.unwinding) {
    const step = definition.steps.find(({ name }) => !course.done.includes(name));
    return step ? { kind: "run", step } : { kind: "end", state: "done" };
  }
  const step = definition.steps.findLast(({ name, undo }) => undo !== "none" && course.done.includes(name));
  return step ? { kind: "undo", step } : { kind: "end", state: "unwound" };
}

/**
 * What one transaction has to log for `events`: them, the guards that follow (there is nothing to run) and the beginning of
 * the next action. One commit a step is what keeps a chain of steps fast.
 */
export function courseAdvance<Deps>(
  definition: SagaDefinition<Deps>,
  from: Course,
  events: readonly CourseEvent[],
  at: number,
): { readonly course: Course; readonly entries: readonly SagaLogEntry[]; readonly next: CourseNext<Deps> } {
  const entries: SagaLogEntry[] = [];
  let course = from;
  const add = (event: CourseEvent): void => {
    entries.push({ output: undefined, ...event, seq: course.nextSeq, at });
    course = courseAfter(course, event);
  };
  for (const event of events) add(event);
  let next = courseNext(definition, course);
  while (next.kind === "run" && next.step.run === nothing) {
    add({ step: next.step.name, event: "done" });
    next = courseNext(definition, course);
  }
  if (next.kind === "run") add({ step: next.step.name, event: "started" });
  if (next.kind === "undo") add({ step: next.step.name, event: "undo-started" });
  return { course, entries, next };
}
