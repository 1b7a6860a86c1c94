import { expect, test } from "vitest";
import { nothing, saga, type SagaStep, type SagaUndo } from "./define.ts";
import { sagaWatched } from "./watched.ts";

test("each effect and each undo is told before and after; a guard stays one", async () => {
  const told: string[] = [];
  const done = (what: string) => () => {
    told.push(what);
    return Promise.resolve();
  };
  const definition = saga<object, object>("s", 1)
    .step("guard", { run: nothing, undo: done("guard undone") })
    .step("work", { run: done("worked"), undo: "none" });
  const [guard, work] = sagaWatched(definition, (moment) => done(moment)()).steps;
  expect(guard?.run).toBe(nothing);
  await work?.run({} as SagaStep<unknown, object>);
  if (guard && guard.undo !== "none") await guard.undo({} as SagaUndo<unknown, object>);
  expect(told).toEqual([
    "s:work:before",
    "worked",
    "s:work:after",
    "s:guard:undo-before",
    "guard undone",
    "s:guard:undo-after",
  ]);
});
