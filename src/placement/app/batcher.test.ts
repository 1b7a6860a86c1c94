import { expect, test } from "vitest";
import { sleep } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { createBatcher, type Outcome } from "./batcher.ts";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Batches as they ran; each lasts until `finish` is called. */
function scripted(limit = 128, outcomeOf: (item: number) => Outcome = () => ({})) {
  const batches: (readonly number[])[] = [];
  const ends: (() => void)[] = [];
  const batcher = createBatcher<number>({
    limit,
    run: async (items) => {
      batches.push(items);
      await new Promise<void>((resolve) => ends.push(resolve));
      return items.map(outcomeOf);
    },
  });
  const finish = async (): Promise<void> => {
    await turn();
    ends.shift()?.();
    // One turn for those whose batch it was, one in which the next batch gathers.
    await turn();
    await turn();
  };
  return { batcher, batches, finish };
}

test("what comes in while a batch runs is the next one, in order, of so many at most", async () => {
  const { batcher, batches, finish } = scripted(3);
  const settled: number[] = [];
  const add = (item: number) => void batcher.add(item).then(() => settled.push(item));
  add(1);
  add(2);
  await turn();
  for (const item of [3, 4, 5, 6]) add(item);
  await turn();
  expect([batches, settled]).toEqual([[[1, 2]], []]);
  await finish();
  expect([batches, settled]).toEqual([
    [
      [1, 2],
      [3, 4, 5],
    ],
    [1, 2],
  ]);
  await finish();
  await finish();
  expect([batches.at(-1), settled]).toEqual([[6], [1, 2, 3, 4, 5, 6]]);
});

test("one item's error is its own", async () => {
  const { batcher, finish } = scripted(9, (item) => (item === 2 ? { error: new Error("two") } : {}));
  const all = Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
  await finish();
  expect((await all).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

/** A batch with the bad item throws as a whole. */
function refusing(bad: number, error: unknown) {
  const batches: (readonly number[])[] = [];
  const batcher = createBatcher<number>({
    limit: 9,
    run: (items) => {
      batches.push(items);
      return items.includes(bad) ? Promise.reject(error) : Promise.resolve(items.map(() => ({})));
    },
  });
  return { batcher, batches };
}

test("a batch that the database refuses is run again one by one", async () => {
  const { batcher, batches } = refusing(2, new Error("value out of range"));
  const all = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(batches).toEqual([[1, 2, 3], [1], [2], [3]]);
  await batcher.add(4);
  expect(batches.at(-1)).toEqual([4]);
});

test("a database that is not there is not asked once more for each", async () => {
  const { batcher, batches } = refusing(2, new CloudError("unavailable", "The database does not answer."));
  const all = await Promise.allSettled([1, 2].map((item) => batcher.add(item)));
  expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(batches).toEqual([[1, 2]]);
});

/** Each of so many clients adds again as soon as it is answered; a batch takes 20 ms. */
async function crowd(clients: number, gatherMs: number): Promise<number[]> {
  const sizes: number[] = [];
  const batcher = createBatcher<number>({
    limit: 128,
    gatherMs,
    run: async (items) => {
      sizes.push(items.length);
      await sleep(20);
      return items.map(() => ({}));
    },
  });
  const client = async (index: number): Promise<void> => {
    await sleep(index * 5);
    for (let count = 0; count < 5; count += 1) {
      await batcher.add(count);
      await sleep(1);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, index) => client(index)));
  return sizes;
}

test("those that were answered and come back at once are in the next batch, with those that waited", async () => {
  expect(Math.max(...(await crowd(4, 6)))).toBe(4);
  expect(Math.max(...(await crowd(4, 0)))).toBeLessThan(4);
});

test("one alone waits for nobody, and nobody who stays away is waited for long", async () => {
  expect(await crowd(1, 6)).toEqual([1, 1, 1, 1, 1]);
  const { batcher, batches } = refusing(9, new Error("never"));
  await Promise.all([1, 2, 3].map((item) => batcher.add(item)));
  await batcher.add(4);
  expect(batches).toEqual([[1, 2, 3], [4]]);
});
