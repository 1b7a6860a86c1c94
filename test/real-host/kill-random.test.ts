import { execFile } from "node:child_process";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { killRounds } from "../kit/kill-rounds.ts";
import { cloudPrepare, type Prepared } from "../kit/prepared-cloud.ts";
import { realCloudForTests } from "../kit/real-cloud-for-tests.ts";
import { tracesExpectExact, type Held } from "../kit/traces.ts";

const run = promisify(execFile);

/** Two are a test, fifty are evidence: REAL_KILL_ROUNDS=50. */
const rounds = Number(process.env["REAL_KILL_ROUNDS"] ?? 2);
/** REAL_KILL_SEED repeats a run, as far as the machine's pace allows. */
const seed = Number(process.env["REAL_KILL_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const swtpmFolder = "/var/lib/libvirt/swtpm";

const cloud = realCloudForTests();
let prepared: Prepared;
beforeAll(async () => {
  // An image without an operating system: what counts here is what is made for a server, not what it does.
  prepared = await cloudPrepare(cloud().url, cloud().statePath, { vcpus: 1 });
});

const timeout = rounds * 330_000;

test(
  `kill -9 of a cloud on a real host, ${rounds} times in the midst of creates and deletes`,
  { timeout },
  async () => {
    console.log(`REAL_KILL_SEED=${seed} REAL_KILL_ROUNDS=${rounds}`);
    await killRounds({
      cloud: prepared,
      rounds,
      seed,
      longestMs: 8_000,
      askers: 10,
      mostServers: 6,
      // The host makes one a second or so; much more would only find it full.
      pauseMs: 8_000,
      settlePatienceMs: 300_000,
      kill: () => cloud().kill(),
      start: (killAfterMs) => cloud().start(killAfterMs),
      async tracesExpectExact(all) {
        await tracesExpectExact({ ...prepared, hostsHold }, all);
        const ids = new Set(all.map(({ id }) => id));
        const secrets = (await run("virsh", ["-q", "secret-list"])).stdout.split("\n");
        expect(
          secrets.filter((line) => [...ids].some((id) => line.includes(id))),
          "libvirt's secrets",
        ).toEqual([]);
      },
    });
  },
);

/** Every server that this cloud has or had: the machine may have others'. */
async function everMade(): Promise<ReadonlySet<string>> {
  const path = "/compute/v2.1/servers?all_tenants=1&changes-since=2000-01-01T00:00:00Z";
  const { body } = await cloud().admin.send("GET", path);
  return new Set((body.servers as { id: string }[]).map(({ id }) => id));
}

/** As libvirt and the file system have it. */
async function hostsHold(): Promise<Held[]> {
  const power = new Map<string, string>();
  for (const name of await cloud().domains()) {
    const { stdout } = await run("virsh", ["domstate", name]);
    power.set(name.replace("instance-", ""), stdout.trim());
  }
  const disks = new Set(await readdir(join(cloud().instancesPath, "servers")).catch(() => []));
  const made = await everMade();
  const tpms = new Set((await readdir(swtpmFolder)).filter((id) => made.has(id)));
  const held: Held[] = [];
  for (const id of new Set([...power.keys(), ...disks, ...tpms])) {
    const managedSave = await access(`/var/lib/libvirt/qemu/save/instance-${id}.save`).then(
      () => true,
      () => false,
    );
    held.push([
      id,
      {
        host: cloud().hostname,
        domain: power.has(id),
        disks: disks.has(id),
        tpm: tpms.has(id),
        power: power.get(id) ?? "no domain",
        managedSave,
      },
    ]);
  }
  return held;
}
