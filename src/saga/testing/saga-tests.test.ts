import { CloudError } from "#base/errors.ts";
import { expect, test } from "vitest";
import { nothing, retryable, saga, type SagaStep, type SagaUndo } from "../index.ts";
import { checkCrashes, checkFailures, checkRepetitions } from "./checks.ts";
import { sagaTests, type SagaTestSetup } from "./index.ts";

interface Params {
  readonly server: string;
}

/** A host whose first answer is lost, and an inventory. */
class World {
  readonly domains = new Map<string, string>();
  readonly allocations = new Map<string, number>();
  status = "BUILD";
  defined = 0;
}

type Step<Outputs = object> = SagaStep<Params, World, Outputs>;

async function claim({ deps, params }: Step): Promise<{ host: string }> {
  deps.allocations.set(params.server, 1);
  return { host: "host-1" };
}
async function unclaim({ deps, params }: Step): Promise<void> {
  deps.allocations.delete(params.server);
}
async function define({ deps, params, outputs }: Step<{ allocation: { host: string } }>): Promise<void> {
  deps.domains.set(params.server, outputs.allocation.host);
  deps.defined += 1;
  if (deps.defined === 1) throw retryable(new CloudError("unavailable", "The host did not answer."));
}
async function undefine({ deps, params }: Step): Promise<void> {
  deps.domains.delete(params.server);
}
async function activate({ deps }: Step): Promise<void> {
  deps.status = "ACTIVE";
}
async function reopen({ deps }: Step): Promise<void> {
  deps.status = "BUILD";
}
async function markError({ deps, error }: SagaUndo<Params, World>): Promise<void> {
  deps.status = `ERROR in ${error.step}`;
}

const guarded = saga<Params, World>("test-guarded", 1)
  .step("status", { run: nothing, undo: markError })
  .step("allocationGuard", { run: nothing, undo: unclaim })
  .step("allocation", { run: claim, undo: "none" })
  .step("domainGuard", { run: nothing, undo: undefine })
  .step("domain", { run: define, undo: "none" })
  .step("active", { run: activate, undo: "none" });

const setup: SagaTestSetup<Params, World> = {
  world() {
    const world = new World();
    return {
      params: { server: "s1" },
      deps: world,
      left: () => ({
        domains: [...world.domains],
        allocations: [...world.allocations],
        status: world.status,
      }),
    };
  },
  done: (left) =>
    expect(left).toEqual({ domains: [["s1", "host-1"]], allocations: [["s1", 1]], status: "ACTIVE" }),
};

sagaTests(guarded, {
  ...setup,
  unwound: (left, { failedAt }) =>
    expect(left).toEqual({ domains: [], allocations: [], status: `ERROR in ${failedAt}` }),
});

const plain = saga<Params, World>("test-plain", 2)
  .step("allocation", { run: claim, undo: unclaim })
  .step("status", { run: activate, undo: reopen });
const plainSetup: SagaTestSetup<Params, World> = {
  ...setup,
  atomic: ["allocation", "status"],
  done: (left) => expect(left).toEqual({ domains: [], allocations: [["s1", 1]], status: "ACTIVE" }),
};
sagaTests(plain, plainSetup);

test("the kit finds an effect without a guard", async () => {
  await expect(checkFailures(plain, { ...plainSetup, atomic: [] })).rejects.toThrow(
    "failed in step allocation, after its effect",
  );
});

test("the kit finds an undo that was forgotten", async () => {
  const forgetful = saga<Params, World>("test-forgetful", 1)
    .step("allocation", { run: claim, undo: "none" })
    .step("status", { run: activate, undo: reopen });
  await expect(checkFailures(forgetful, plainSetup)).rejects.toThrow("failed in step status");
});

test("the kit finds a step that counts its repetitions", async () => {
  async function countUp({ deps, params }: Step): Promise<void> {
    deps.allocations.set(params.server, (deps.allocations.get(params.server) ?? 0) + 1);
  }
  const counting = saga<Params, World>("test-counting", 1)
    .step("allocation", { run: countUp, undo: unclaim })
    .step("status", { run: activate, undo: reopen });
  await expect(checkRepetitions(counting, plainSetup)).rejects.toThrow("each step ran twice");
  await expect(checkCrashes(counting, plainSetup)).rejects.toThrow("crash before the commit");
});
