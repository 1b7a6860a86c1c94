import { expect, test } from "vitest";
import { nothing, saga, type SagaDefinition, type SagaStep } from "./define.ts";

interface Params {
  readonly server: string;
}
interface Deps {
  readonly host: { define(name: string): Promise<number> };
}

const allocate = (): Promise<{ host: string }> => Promise.resolve({ host: "h" });
const useHost = (step: SagaStep<Params, Deps, { allocation: { host: string } }>): Promise<number> =>
  step.deps.host.define(step.outputs.allocation.host);

test("steps are typed by those before them, and undo cannot be forgotten (checked by tsc)", () => {
  const first = saga<Params, Deps>("typed", 1);
  const typed = first
    .step("allocation", {
      run: allocate,
      undo: async ({ outputs }) => {
        outputs.allocation.host.toLowerCase();
      },
    })
    .step("domain", { run: useHost, undo: "none" });
  // @ts-expect-error the step's outputs lack the allocation
  first.step("domain", { run: useHost, undo: "none" });
  // @ts-expect-error undo is missing
  first.step("allocation", { run: allocate });
  // @ts-expect-error the output is an object, not a number
  first.step("allocation", { run: allocate, undo: async ({ outputs }) => outputs.allocation.toFixed() });
  const wider: SagaDefinition<Deps & { readonly more: boolean }> = typed;
  // @ts-expect-error an executor without a host cannot run it
  const narrower: SagaDefinition<object> = typed;
  expect([wider, narrower].map(({ steps }) => steps.map(({ name }) => name))).toEqual([
    ["allocation", "domain"],
    ["allocation", "domain"],
  ]);
});

test("a definition is immutable, and a step's name is used once", () => {
  const first = saga<Params, Deps>("named", 1).step("a", { run: nothing, undo: "none" });
  expect(first.step("b", { run: nothing, undo: "none" }).steps).toHaveLength(2);
  expect(first.steps).toHaveLength(1);
  expect(() => first.step("a", { run: nothing, undo: "none" })).toThrow("two steps named a");
});
