import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CloudError } from "#base/errors.ts";
import type { SagaId } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import type { SagaDefinition, SagaStep } from "./define.ts";
import type { SagaExecutor, SagaExecutorOptions } from "./executor.ts";
import {
  createSagaExecutor,
  retryable,
  saga,
  sagaFetch,
  sagaFind,
  sagaList,
  sagaLogList,
  sagaMigrations,
  sagaPrune,
  sagaRetry,
  sagaStart,
  terminal,
} from "./index.ts";

interface Deps {
  /** What the steps did, in order. */
  readonly seen: string[];
  /** Called by step `two`, with how often it was so far. */
  two: (step: SagaStep<Params, Deps>, count: number) => Promise<void>;
  /** Called by the undo of step `one`. */
  undoOne: () => Promise<void>;
}
interface Params {
  readonly name: string;
}

const pair = saga<Params, Deps>("test-pair", 1)
  .step("one", {
    run: async ({ deps, params }) => {
      deps.seen.push(`one ${params.name}`);
      return { made: params.name };
    },
    undo: async ({ deps, outputs, error, key, sagaId }) => {
      await deps.undoOne();
      deps.seen.push(`undo ${outputs.one.made}: ${error.message} ${key.replace(sagaId, "id")}`);
    },
  })
  .step("two", {
    run: async (step) => {
      const count = step.deps.seen.push("two");
      await step.deps.two(step, count - 1);
      return { from: step.outputs.one.made, at: undefined };
    },
    undo: "none",
  });

let database: Database;
let deps: Deps;
let now: number;
const executors: SagaExecutor[] = [];

beforeEach(async () => {
  database = await openTestDatabase(sagaMigrations);
  deps = { seen: [], two: () => Promise.resolve(), undoOne: () => Promise.resolve() };
  now = 1_000_000;
});
afterEach(async () => {
  await Promise.all(executors.splice(0).map((executor) => executor.stop({ graceMs: 0 })));
  await database.close();
});

/** No scan finds what a nudge should have. */
const noScan = { leaseSeconds: 36_000, scanMs: 3_600_000 };

async function started(
  ownerId = "a",
  options: Partial<SagaExecutorOptions<Deps>> & { definitions?: readonly SagaDefinition<Deps>[] } = {},
): Promise<SagaExecutor> {
  const executor = createSagaExecutor({
    database,
    definitions: [pair],
    deps,
    log: silentLogger,
    ownerId,
    clock: { now: () => now },
    sleep: () => Promise.resolve(),
    ...options,
  });
  executors.push(executor);
  await executor.start();
  return executor;
}

const start = (name = "x", sealedBox?: Uint8Array): Promise<SagaId> =>
  database.transaction((tx) =>
    sagaStart(tx, pair, { params: { name }, resource: name, sealedBox, clock: { now: () => now } }),
  );

/** A `two` that waits until it is let go, or its signal is aborted. */
function gate(): { entered: Promise<void>; open: () => void; two: Deps["two"] } {
  const entered = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    entered: entered.promise,
    open: opened.resolve,
    two: ({ signal }) => {
      entered.resolve();
      signal.addEventListener("abort", () => opened.reject(new Error("aborted")));
      return opened.promise;
    },
  };
}

test("a nudged saga runs to its end without a poll; what it logged stays, its outputs and box go", async () => {
  const executor = await started("a", noScan);
  const box = new Uint8Array([1, 2, 255]);
  let given: Uint8Array | undefined;
  deps.two = async ({ sealedBox }) => {
    given = sealedBox;
  };
  const id = await start("x", box);
  executor.nudge(id);
  expect(await executor.waitFor(id)).toEqual({ state: "done", error: undefined, stuckReason: undefined });
  expect(given).toEqual(Buffer.from(box));
  expect(deps.seen).toEqual(["one x", "two"]);
  const row = await database.db.selectFrom("saga_runs").selectAll().executeTakeFirstOrThrow();
  expect(row).toMatchObject({
    state: "done",
    sealed_box: null,
    lease_owner: null,
    lease_until: 0,
    finished_at: now,
  });
  const log = await sagaLogList(database.db, id);
  expect(log.map(({ step, event }) => `${step} ${event}`)).toEqual([
    "one started",
    "one done",
    "two started",
    "two done",
  ]);
  expect(log.filter(({ output }) => output !== undefined)).toEqual([]);
});

test("a saga of a transaction that was rolled back does not exist", async () => {
  const executor = await started();
  const failing = database.transaction(async (tx) => {
    await sagaStart(tx, pair, { params: { name: "x" } });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await sagaList(database.db)).toEqual([]);
  await expect(executor.waitFor("4f9e7a1e-0000-4000-8000-000000000000" as SagaId)).rejects.toThrow(
    "could not be found",
  );
});

test("a retryable error is tried again, up to the limit", async () => {
  const executor = await started();
  deps.two = async (_step, count) => {
    if (count < 3) throw retryable(new CloudError("unavailable", "later"));
  };
  const patient = await start();
  executor.nudge(patient);
  expect((await executor.waitFor(patient)).state).toBe("done");
  expect(deps.seen).toEqual(["one x", "two", "two", "two"]);

  deps.seen.length = 0;
  deps.two = () => Promise.reject(retryable(new CloudError("unavailable", "later", { detail: "socket" })));
  const hopeless = await start();
  executor.nudge(hopeless);
  expect(await executor.waitFor(hopeless)).toEqual({
    state: "unwound",
    error: { step: "two", code: "unavailable", message: "later", detail: "socket" },
    stuckReason: undefined,
  });
  expect(deps.seen.filter((what) => what === "two")).toHaveLength(8);
  expect(deps.seen.at(-1)).toBe("undo x: later id:one:undo");
});

test("any other error is terminal, and what a user may not read is a detail", async () => {
  const executor = await started();
  deps.two = () => Promise.reject(new Error("ENOENT /secret/path"));
  const id = await start();
  executor.nudge(id);
  expect((await executor.waitFor(id)).error).toEqual({
    step: "two",
    code: "bug",
    message: "An internal error occurred.",
    detail: "ENOENT /secret/path",
  });
  expect(deps.seen.filter((what) => what === "two")).toHaveLength(1);
  expect((await sagaFetch(database.db, id)).finishedAt).toBe(now);
});

test("a failing undo is tried again, then the saga is stuck, with its box, until it is retried", async () => {
  const executor = await started();
  deps.two = () => Promise.reject(terminal(new CloudError("no-capacity", "full")));
  let undos = 0;
  deps.undoOne = () => Promise.reject(new Error(`no ${(undos += 1)}`));
  const id = await start("x", new Uint8Array([7]));
  executor.nudge(id);
  expect(await executor.waitFor(id)).toMatchObject({
    state: "stuck",
    error: { message: "full" },
    stuckReason: "The undo of step one failed: no 8",
  });
  expect(await sagaList(database.db, { state: "stuck" })).toMatchObject([{ id, resource: "x" }]);
  deps.undoOne = () => Promise.resolve();
  await executor.retry(id);
  expect(await executor.waitFor(id)).toMatchObject({
    state: "unwound",
    error: { message: "full" },
    stuckReason: undefined,
  });
  await expect(executor.retry(id)).rejects.toThrow("is unwound; only a stuck one can be retried");
});

test("an unknown version is stuck at once, and goes on with a program that knows it", async () => {
  const old = await started("a", { definitions: [] });
  const id = await start();
  old.nudge(id);
  expect((await old.waitFor(id)).stuckReason).toBe("This program does not know saga test-pair version 1.");
  await old.stop();
  const fresh = await started("a");
  await fresh.retry(id);
  expect((await fresh.waitFor(id)).state).toBe("done");
});

test("an executor that lost its lease writes nothing more", async () => {
  const zombie = await started("a");
  const held = gate();
  deps.two = held.two;
  const id = await start();
  zombie.nudge(id);
  await held.entered;
  now += 60_000;
  deps.two = () => Promise.resolve();
  const heir = await started("b");
  expect((await heir.waitFor(id)).state).toBe("done");
  const log = await sagaLogList(database.db, id);
  held.open();
  await zombie.stop();
  expect(await sagaLogList(database.db, id)).toEqual(log);
  expect(log.map(({ step, event }) => `${step} ${event}`)).toEqual([
    "one started",
    "one done",
    "two started",
    // Here the heir went on.
    "two started",
    "two done",
  ]);
});

test("a held saga is left alone by others, but taken over at once by its owner's next life", async () => {
  const dying = await started("a");
  const held = gate();
  deps.two = held.two;
  const id = await start();
  dying.nudge(id);
  await held.entered;
  deps.two = () => Promise.resolve();
  const other = await started("b");
  other.nudge(id);
  other.nudge();
  await other.stop();
  expect(deps.seen).toEqual(["one x", "two"]);
  const heir = await started("a");
  expect((await heir.waitFor(id)).state).toBe("done");
  expect(deps.seen).toEqual(["one x", "two", "two"]);
});

test("a lease is prolonged while a step runs long", async () => {
  const executor = await started("a", { leaseSeconds: 0.06 });
  const held = gate();
  deps.two = held.two;
  const id = await start();
  executor.nudge(id);
  await held.entered;
  const row = (): Promise<unknown> =>
    database.db.selectFrom("saga_runs").selectAll().executeTakeFirstOrThrow();
  for (let times = 0; times < 3; times += 1) {
    now += 40;
    await vi.waitFor(async () => expect(await row()).toMatchObject({ lease_until: now + 60, fence: 1 }));
  }
  held.open();
  expect((await executor.waitFor(id)).state).toBe("done");
});

test("a step whose lease was lost is told so by its signal", async () => {
  const zombie = await started("a", { leaseSeconds: 0.06 });
  const entered = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  deps.two = ({ signal }) => {
    signal.addEventListener("abort", () => aborted.resolve());
    entered.resolve();
    return aborted.promise;
  };
  const id = await start();
  zombie.nudge(id);
  await entered.promise;
  deps.two = () => Promise.resolve();
  await database.transaction((tx) =>
    tx
      .updateTable("saga_runs")
      .set({ fence: 9, lease_owner: "b", lease_until: now + 60_000 })
      .execute(),
  );
  await aborted.promise;
  await zombie.stop();
  expect(await sagaFetch(database.db, id)).toMatchObject({ state: "running" });
});

test("stop lets a step finish and begins no other; after the grace it aborts and gives the lease back", async () => {
  const finishing = await started("a");
  let held = gate();
  deps.two = held.two;
  const first = await start("first");
  finishing.nudge(first);
  await held.entered;
  const stopped = finishing.stop();
  held.open();
  await stopped;
  expect((await sagaFetch(database.db, first)).state).toBe("done");

  const aborting = await started("a");
  held = gate();
  deps.two = held.two;
  const second = await start("second");
  aborting.nudge(second);
  const waiting = aborting.waitFor(second);
  await held.entered;
  const refused = expect(waiting).rejects.toThrow("goes on after its next start");
  await aborting.stop({ graceMs: 10 });
  await refused;
  const row = await database.db
    .selectFrom("saga_runs")
    .selectAll()
    .where("id", "=", second)
    .executeTakeFirstOrThrow();
  expect(row).toMatchObject({ state: "running", lease_owner: null, lease_until: 0 });
  deps.two = () => Promise.resolve();
  const next = await started("b");
  expect((await next.waitFor(second)).state).toBe("done");
});

test("stop begins no other step; the next life goes on with it", async () => {
  const held = gate();
  let later = 0;
  const chain = saga<Params, Deps>("test-chain", 1)
    .step("first", { run: (step) => held.two(step, 0), undo: "none" })
    .step("second", { run: async () => void (later += 1), undo: "none" });
  const stopping = await started("a", { definitions: [chain] });
  const id = await database.transaction((tx) => sagaStart(tx, chain, { params: { name: "x" } }));
  stopping.nudge(id);
  await held.entered;
  const stopped = stopping.stop();
  held.open();
  await stopped;
  expect(later).toBe(0);
  expect((await sagaLogList(database.db, id)).map(({ step, event }) => `${step} ${event}`)).toContain(
    "first done",
  );
  const next = await started("b", { definitions: [chain] });
  expect((await next.waitFor(id)).state).toBe("done");
  expect(later).toBe(1);
});

test("a saga retried while its executor has not yet let it go is run again", async () => {
  const hasty: Database = {
    ...database,
    async transaction(run) {
      const result = await database.transaction(run);
      const [stuck] = await sagaList(database.db, { state: "stuck" });
      if (stuck) {
        deps.undoOne = () => Promise.resolve();
        await database.transaction((tx) => sagaRetry(tx, stuck.id));
        executor.nudge(stuck.id);
      }
      return result;
    },
  };
  const executor = await started("a", { database: hasty, ...noScan });
  deps.two = () => Promise.reject(terminal(new Error("no")));
  deps.undoOne = () => Promise.reject(terminal(new Error("no")));
  const id = await start();
  executor.nudge(id);
  expect((await executor.waitFor(id)).state).toBe("unwound");
  expect((await sagaLogList(database.db, id)).map(({ event }) => event)).toContain("undo-failed");
});

test("no more sagas at a time than allowed, and none is forgotten", async () => {
  let atOnce = 0;
  let most = 0;
  deps.two = async () => {
    most = Math.max(most, (atOnce += 1));
    // None ends before as many as are allowed have begun, and then a little later: more would be seen.
    await expect.poll(() => most, { interval: 2 }).toBeGreaterThanOrEqual(3);
    await new Promise((resolve) => setTimeout(resolve, 2));
    atOnce -= 1;
  };
  const executor = await started("a", { ...noScan, concurrency: 3 });
  const ids = await Promise.all(Array.from({ length: 12 }, (_, index) => start(`s${index}`)));
  for (const id of ids) executor.nudge(id);
  const outcomes = await Promise.all(ids.map((id) => executor.waitFor(id)));
  expect(outcomes.map(({ state }) => state)).toEqual(ids.map(() => "done"));
  expect(most).toBe(3);
});

test("old ended sagas are pruned; younger, running and stuck ones stay", async () => {
  const executor = await started();
  const old = await start("old");
  executor.nudge(old);
  await executor.waitFor(old);
  now += 1_000;
  const young = await start("young");
  executor.nudge(young);
  await executor.waitFor(young);
  await executor.stop();
  const waiting = await start("waiting");
  expect(await database.transaction((tx) => sagaPrune(tx, now))).toBe(1);
  expect(await sagaFind(database.db, old)).toBeUndefined();
  expect(await sagaLogList(database.db, old)).toEqual([]);
  expect((await sagaList(database.db)).map(({ id }) => id).sort()).toEqual([young, waiting].sort());
  expect(await sagaLogList(database.db, young)).toHaveLength(4);
});
