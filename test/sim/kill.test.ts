import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { freePort } from "../kit/test-cloud.ts";
import { devProcess, type DevProcess } from "./dev-process.ts";
import { serverAsk, simCloudPrepare, type Prepared } from "./prepare.ts";
import { randomOf } from "./random.ts";
import { serversAll, tracesExpectExact } from "./traces.ts";

/** Five are a test, fifty are evidence: SIM_KILL_ROUNDS=50. */
const rounds = Number(process.env["SIM_KILL_ROUNDS"] ?? 5);
/** Decides when the process is killed and what is asked for: SIM_KILL_SEED repeats a run, as far as the machine's pace allows. */
const seed = Number(process.env["SIM_KILL_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const askers = 10;
/** A create has about ten commands and commits, so a kill within this finds it anywhere. */
const longestMs = 2_000;
const settlePatienceMs = 90_000;

/** Of their own, so that how much was asked does not change when it is killed. */
const moments = randomOf(seed);
const random = randomOf(seed + 1);
let statePath: string;
let cloud: Prepared;
let server: DevProcess;
let failed = false;
beforeAll(async () => {
  statePath = await mkdtemp(join(tmpdir(), "sealstone-kill-"));
  const port = await freePort();
  server = devProcess({ statePath, port, hosts: 100, commandMs: 40 });
  await server.start();
  cloud = await simCloudPrepare(`http://127.0.0.1:${port}`, statePath);
});
afterEach(({ task }) => {
  failed ||= task.result?.state === "fail";
});
afterAll(async () => {
  await server?.kill();
  if (!failed) return rm(statePath, { recursive: true, force: true });
  const log = await readFile(join(statePath, "sealstone.log"), "utf8").catch(() => "");
  const complaints = log.split("\n").filter((line) => /"level":[456]0/.test(line));
  console.error(
    `A test failed with SIM_KILL_SEED=${seed}: state and log are left in ${statePath}. Last complaints:\n${complaints.slice(-15).join("\n")}`,
  );
});

/** What was answered: a created server is there or was deleted, a deleted one goes. */
const created = new Set<string>();
const deleteAsked = new Set<string>();
const deleteAccepted = new Set<string>();

/** Creates and deletes until the process is gone. */
async function ask(until: AbortSignal): Promise<void> {
  while (!until.aborted) {
    try {
      const deletable = [...created].filter((id) => !deleteAsked.has(id));
      if (deletable.length > 12 || (deletable.length > 0 && random() < 0.5)) {
        const id = deletable[Math.floor(random() * deletable.length)] ?? "";
        deleteAsked.add(id);
        const { status } = await cloud.demo.send("DELETE", `/compute/v2.1/servers/${id}`);
        expect(status, `delete of ${id}`).toBe(204);
        deleteAccepted.add(id);
      } else {
        created.add(await serverAsk(cloud, random() < 0.7 ? "vtpm" : "plain"));
      }
    } catch (error) {
      // fetch throws a TypeError when the process dies under it.
      if (!(error instanceof TypeError)) throw error;
      await sleep(5);
    }
    await sleep(random() * 60);
  }
}

/** All servers once none has a task. */
async function settled() {
  for (const end = Date.now() + settlePatienceMs; ; await sleep(100)) {
    const all = await serversAll(cloud.admin);
    const busy = all.filter(
      (each) => each["OS-EXT-STS:task_state"] !== null || !["ACTIVE", "ERROR"].includes(each.status),
    );
    if (busy.length === 0) return all;
    if (Date.now() > end)
      throw new Error(
        `Not settled after ${settlePatienceMs / 1_000} s: ${busy.map(({ id, status, ...rest }) => `${id} ${status} ${rest["OS-EXT-STS:task_state"]}`).join(", ")}`,
      );
  }
}

test(`kill -9 of a cloud with a hundred hosts, ${rounds} times in the midst of creates and deletes`, async () => {
  console.log(`SIM_KILL_SEED=${seed} SIM_KILL_ROUNDS=${rounds}`);
  let errors = 0;
  for (let round = 1; round <= rounds; round += 1) {
    const killed = new AbortController();
    const asking = Promise.all(Array.from({ length: askers }, () => ask(killed.signal)));
    await sleep(50 + moments() * longestMs);
    await server.kill();
    killed.abort();
    await asking;
    // Now and then the next start is killed too, in the midst of its recovery.
    const [twice, laterMs] = [moments() < 0.3, 200 + moments() * longestMs];
    if (twice) await server.start(laterMs);
    await server.start();
    const all = await settled();
    const ids = new Set(all.map(({ id }) => id));
    const lost = [...created].filter((id) => !ids.has(id) && !deleteAsked.has(id));
    expect(lost, `round ${round}: accepted, never deleted, and gone`).toEqual([]);
    const kept = [...deleteAccepted].filter((id) => ids.has(id));
    expect(kept, `round ${round}: its deletion was accepted, and it is there`).toEqual([]);
    for (const each of all.filter(({ status }) => status === "ERROR")) {
      errors += 1;
      expect(each.fault?.message, `round ${round}: the reason of ${each.id}`).toMatch(/\S/);
      console.log(`round ${round}: ${each.id} is ERROR: ${each.fault?.message}`);
    }
    await tracesExpectExact({ ...cloud, simFolder: join(statePath, "sim") }, all);
    // What a lost answer hid is known from here on; what was not deleted after all may be deleted again.
    for (const id of ids) created.add(id);
    for (const id of ids) deleteAsked.delete(id);
  }
  // A run that killed the process before it did anything has shown nothing.
  expect([created.size, deleteAccepted.size].every((count) => count > 0)).toBe(true);
  console.log(
    `${created.size} servers were created, ${deleteAccepted.size} deletions accepted, ${errors} ended in ERROR`,
  );
});
