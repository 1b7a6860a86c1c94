import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { eventually } from "./client.ts";
import { serverAsk, type Prepared } from "./prepared-cloud.ts";
import { randomOf } from "./random.ts";
import { serversAll, type ListedServer } from "./traces.ts";

export interface KillRounds {
  readonly cloud: Prepared;
  readonly rounds: number;
  /** Decides when the process is killed and what is asked for. */
  readonly seed: number;
  /** Kills come within this time of the first request. */
  readonly longestMs: number;
  /** Clients that ask at the same time. */
  readonly askers: number;
  /** Above so many servers, nothing is created but by who is already at it. */
  readonly mostServers: number;
  /** Each client waits at most so long between two requests. */
  readonly pauseMs: number;
  readonly settlePatienceMs: number;
  kill(): Promise<void>;
  /** Until it is up; with `killAfterMs` it is killed then, up or not. */
  start(killAfterMs?: number): Promise<void>;
  tracesExpectExact(servers: readonly ListedServer[]): Promise<void>;
}

/**
 * Kills the process at random moments while clients create and delete. After each restart every server is ACTIVE, gone
 * or in ERROR with a reason, what was accepted has happened, and all traces of servers match the servers.
 */
export async function killRounds(options: KillRounds): Promise<void> {
  const { cloud, rounds, seed, longestMs } = options;
  // Of their own, so that how much was asked does not change when it is killed.
  const moments = randomOf(seed);
  const books: Books = {
    random: randomOf(seed + 1),
    created: new Set(),
    deleteAsked: new Set(),
    deleteAccepted: new Set(),
  };
  let errors = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const killed = new AbortController();
    const asking = Promise.all(
      Array.from({ length: options.askers }, () => ask(options, books, killed.signal)),
    );
    await sleep(50 + moments() * longestMs);
    // A run that killed the process before it did anything would have shown nothing.
    const { created, deleteAccepted } = books;
    if (round === rounds)
      await eventually(
        async () => (created.size > 0 && deleteAccepted.size > 0) || undefined,
        options.settlePatienceMs,
      );
    await options.kill();
    killed.abort();
    await asking;
    // Now and then the next start is killed too, in the midst of its recovery.
    const [twice, laterMs] = [moments() < 0.3, 200 + moments() * longestMs];
    if (twice) await options.start(laterMs);
    await options.start();
    const all = await settled(cloud, options.settlePatienceMs);
    errors += acceptedExpect(all, books, round);
    await options.tracesExpectExact(all);
    // What a lost answer hid is known from here on; what was not deleted after all may be deleted again.
    for (const { id } of all) {
      books.created.add(id);
      books.deleteAsked.delete(id);
    }
  }
  const counts = [books.created.size, books.deleteAccepted.size];
  console.log(
    `${rounds} rounds, seed ${seed}: ${counts[0]} servers created, ${counts[1]} deletions accepted, ${errors} in ERROR`,
  );
}

/** What was answered: a created server is there or was deleted, a deleted one goes. */
interface Books {
  readonly random: () => number;
  readonly created: Set<string>;
  readonly deleteAsked: Set<string>;
  readonly deleteAccepted: Set<string>;
}

/** Creates and deletes until the process is gone. */
async function ask(
  { cloud, mostServers, pauseMs }: KillRounds,
  books: Books,
  until: AbortSignal,
): Promise<void> {
  const { created, deleteAsked, random } = books;
  while (!until.aborted) {
    try {
      const deletable = [...created].filter((id) => !deleteAsked.has(id));
      if (deletable.length > mostServers || (deletable.length > 0 && random() < 0.5)) {
        const id = deletable[Math.floor(random() * deletable.length)] ?? "";
        deleteAsked.add(id);
        const { status } = await cloud.demo.send("DELETE", `/compute/v2.1/servers/${id}`);
        expect(status, `delete of ${id}`).toBe(204);
        books.deleteAccepted.add(id);
      } else {
        created.add(await serverAsk(cloud, random() < 0.7 ? "vtpm" : "plain"));
      }
    } catch (error) {
      // What the client throws when the process dies under it.
      if (!(error instanceof TypeError)) throw error;
      await sleep(5);
    }
    await sleep(random() * pauseMs);
  }
}

/** All servers once none has a task. */
async function settled(cloud: Prepared, patienceMs: number): Promise<ListedServer[]> {
  for (const end = Date.now() + patienceMs; ; await sleep(100)) {
    const all = await serversAll(cloud.admin);
    const busy = all.filter(
      (each) => each["OS-EXT-STS:task_state"] !== null || !["ACTIVE", "ERROR"].includes(each.status),
    );
    if (busy.length === 0) return all;
    if (Date.now() > end)
      throw new Error(
        `Not settled after ${patienceMs / 1_000} s: ${busy.map(({ id, status, ...rest }) => `${id} ${status} ${rest["OS-EXT-STS:task_state"]}`).join(", ")}`,
      );
  }
}

/** How many are in ERROR. */
function acceptedExpect(all: readonly ListedServer[], books: Books, round: number): number {
  const ids = new Set(all.map(({ id }) => id));
  const lost = [...books.created].filter((id) => !ids.has(id) && !books.deleteAsked.has(id));
  expect(lost, `round ${round}: accepted, never deleted, and gone`).toEqual([]);
  const kept = [...books.deleteAccepted].filter((id) => ids.has(id));
  expect(kept, `round ${round}: its deletion was accepted, and it is there`).toEqual([]);
  const failed = all.filter(({ status }) => status === "ERROR");
  for (const each of failed) {
    expect(each.fault?.message, `round ${round}: the reason of ${each.id}`).toMatch(/\S/);
    console.log(`round ${round}: ${each.id} is ERROR: ${each.fault?.message}`);
  }
  return failed.length;
}
