import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, test } from "vitest";
import { freePort } from "../kit/test-cloud.ts";
import { devProcess, type DevProcess } from "./dev-process.ts";
import { killRounds } from "../kit/kill-rounds.ts";
import { cloudPrepare, type Prepared } from "../kit/prepared-cloud.ts";
import { simHostsHold, tracesExpectExact, type Held } from "../kit/traces.ts";

/** Five are a test, fifty are evidence: SIM_KILL_ROUNDS=50. */
const rounds = Number(process.env["SIM_KILL_ROUNDS"] ?? 5);
/** Decides when the process is killed and what is asked for: SIM_KILL_SEED repeats a run, as far as the machine's pace allows. */
const seed = Number(process.env["SIM_KILL_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

let statePath: string;
let cloud: Prepared;
let server: DevProcess;
let failed = false;
beforeAll(async () => {
  statePath = await mkdtemp(join(tmpdir(), "sealstone-kill-"));
  const port = await freePort();
  server = devProcess({ statePath, port, hosts: 100, commandMs: 40 });
  await server.start();
  cloud = await cloudPrepare(`http://127.0.0.1:${port}`, statePath, { vcpus: 8 });
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

test(`kill -9 of a cloud with a hundred hosts, ${rounds} times in the midst of creates and deletes`, async () => {
  console.log(`SIM_KILL_SEED=${seed} SIM_KILL_ROUNDS=${rounds}`);
  const hostsHold = (): Promise<Held[]> => simHostsHold(join(statePath, "sim"));
  await killRounds({
    ...server,
    cloud,
    rounds,
    seed,
    // A create has about ten commands and commits, so a kill within this finds it anywhere.
    longestMs: 2_000,
    askers: 100,
    mostServers: 150,
    pauseMs: 2_000,
    settlePatienceMs: 300_000,
    tracesExpectExact: (all) => tracesExpectExact({ ...cloud, hostsHold }, all),
  });
});
