import { afterEach, beforeEach, expect, test } from "vitest";
import type { SagaId } from "#base/ids.ts";
import type { Database } from "#db/index.ts";
import { openTestDatabase } from "#db/testing/index.ts";
import { saga } from "../define.ts";
import {
  LeaseLost,
  sagaClaim,
  sagaHold,
  sagaListClaimable,
  sagaRelease,
  sagaReleaseAll,
  type HeldSaga,
} from "./leases.ts";
import { sagaMigrations } from "./migrations/0005-saga.ts";
import { sagaStart } from "./runs.ts";

let database: Database;
let id: SagaId;
beforeEach(async () => {
  database = await openTestDatabase(sagaMigrations, { inMemory: true });
  id = await database.transaction((tx) => sagaStart(tx, saga<object, object>("empty", 1), { params: {} }));
});
afterEach(() => database.close());

const claim = (ownerId: string, nowMs: number): Promise<HeldSaga | undefined> =>
  database.transaction((tx) => sagaClaim(tx, id, { ownerId, nowMs, untilMs: nowMs + 100 }));
const hold = (held: HeldSaga, untilMs: number): Promise<void> =>
  database.transaction((tx) => sagaHold(tx, held, untilMs));

async function claimed(ownerId: string, nowMs: number): Promise<HeldSaga> {
  const held = await claim(ownerId, nowMs);
  if (!held) throw new Error(`${ownerId} did not get the lease at ${nowMs}`);
  return held;
}

test("one holder at a time, until its lease ends or is given back", async () => {
  const first = await claimed("a", 1_000);
  expect(await claim("b", 1_099)).toBeUndefined();
  expect(await claim("a", 1_099)).toBeUndefined();
  await hold(first, 2_000);
  expect(await sagaListClaimable(database.db, 1_999, 9)).toEqual([]);
  expect(await sagaListClaimable(database.db, 2_000, 9)).toEqual([id]);
  await database.transaction((tx) => sagaRelease(tx, first));
  expect((await claimed("b", 1_500)).fence).toBe(first.fence + 1);
});

test("a former holder can neither write nor give back, be it of another name or its own", async () => {
  const zombie = await claimed("a", 1_000);
  const heirs = [await claimed("b", 2_000), await claimed("a", 3_000)];
  for (const former of [zombie, heirs[0] ?? zombie]) {
    await expect(hold(former, 9_000)).rejects.toThrow(LeaseLost);
    await database.transaction((tx) => sagaRelease(tx, former));
  }
  expect(await sagaListClaimable(database.db, 3_099, 9)).toEqual([]);
});

test("a restarted owner frees its own leases only, and its former life has lost them", async () => {
  const before = await claimed("a", 1_000);
  await database.transaction((tx) => sagaReleaseAll(tx, "b"));
  expect(await claim("b", 1_001)).toBeUndefined();
  await database.transaction((tx) => sagaReleaseAll(tx, "a"));
  await expect(hold(before, 9_000)).rejects.toThrow(LeaseLost);
  await claimed("b", 1_001);
});
