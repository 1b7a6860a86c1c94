import * as fc from "fast-check";
import { expect, test } from "vitest";
import { courseAdvance, courseNext, courseOf, courseStrangers, type CourseEvent } from "./course.ts";
import { nothing, saga } from "./define.ts";
import type { SagaLogEntry } from "./store/log.ts";

const run = (): Promise<string> => Promise.resolve("x");
const three = saga<object, object>("three", 1)
  .step("guard", { run: nothing, undo: () => Promise.resolve() })
  .step("one", { run, undo: () => Promise.resolve() })
  .step("two", { run, undo: "none" })
  .step("three", { run, undo: () => Promise.resolve() });

/** All entries that a saga writes when exactly the step `failing` fails, one list a transaction. */
function history(failing: string | undefined): (readonly SagaLogEntry[])[] {
  const commits: (readonly SagaLogEntry[])[] = [];
  let course = courseOf([]);
  let events: CourseEvent[] = [];
  for (;;) {
    const advanced = courseAdvance(three, course, events, 7);
    commits.push(advanced.entries);
    ({ course } = advanced);
    const { next } = advanced;
    if (next.kind === "end") return commits;
    const { name } = next.step;
    if (next.kind === "undo") events = [{ step: name, event: "undone" }];
    else
      events =
        name === failing ? [{ step: name, event: "failed" }] : [{ step: name, event: "done", output: name }];
  }
}

const short = (commits: (readonly SagaLogEntry[])[]): string[] =>
  commits.map((entries) => entries.map(({ step, event }) => `${step} ${event}`).join(", "));

test("one commit a step: the end of one and the beginning of the next; guards cost none", () => {
  expect(short(history(undefined))).toEqual([
    "guard done, one started",
    "one done, two started",
    "two done, three started",
    "three done",
  ]);
});

test("after a failure the finished steps are undone backwards, those without an undo are passed over", () => {
  expect(short(history("three"))).toEqual([
    "guard done, one started",
    "one done, two started",
    "two done, three started",
    "three failed, one undo-started",
    "one undone, guard undo-started",
    "guard undone",
  ]);
});

test("a course read from the log is the course that wrote it, at every commit", () => {
  fc.assert(
    fc.property(fc.constantFrom(undefined, "one", "two", "three"), fc.nat(6), (failing, count) => {
      const commits = history(failing).slice(0, count);
      const log = commits.flat();
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index));
      const resumed = courseOf(log);
      const last = log.at(-1);
      const next = courseNext(three, resumed);
      if (last?.event === "started") expect(next).toMatchObject({ kind: "run", step: { name: last.step } });
      if (last?.event === "undo-started")
        expect(next).toMatchObject({ kind: "undo", step: { name: last.step } });
      for (const name of resumed.done) {
        if (name !== "guard") expect(resumed.outputs[name]).toBe(name);
      }
    }),
  );
});

test("steps of a log that the definition lacks are named", () => {
  const log = [{ seq: 0, step: "old", event: "done", output: undefined, at: 1 }] as const;
  expect(courseStrangers(three, log)).toEqual(["old"]);
});
