import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { chown, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tpmCertificatesFolder } from "#agent/tpm/endorsement-keys.ts";
import { tpmExamine } from "#agent/tpm/examine.ts";
import { poolFiles, poolReadyList } from "#agent/tpm/pool-places.ts";
import { tpmStateRead } from "#agent/tpm/state-bytes.ts";
import { tpmStateLook } from "#agent/tpm/state.ts";
import { WaitingSwtpm } from "#agent/tpm/waiting-swtpm.ts";
import { sleep } from "#base/clock.ts";
import { newUuid } from "#base/ids.ts";
import { silentLogger } from "#base/logger.ts";
import type { TpmVersion } from "#vtpm/index.ts";
import { bytesFind } from "../kit/bytes-find.ts";
import { eventually } from "../kit/client.ts";
import { processesWith } from "../kit/processes.ts";
import { randomOf } from "../kit/random.ts";
import {
  passphraseMake,
  poolPassphraseRead,
  tpmWorkshop,
  workshopPool,
  type TpmWorkshop,
} from "../kit/tpm-workshop.ts";

/** A few are a test, fifty are evidence. */
const killRounds = Number(process.env["TPM_POOL_KILL_ROUNDS"] ?? 4);
const killSeed = Number(process.env["TPM_POOL_KILL_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

let workshop: TpmWorkshop;
beforeEach(async () => {
  workshop = await tpmWorkshop();
});
afterEach(() => workshop.remove());

/** Fills the pool and stops. */
async function filled(sizes: Record<TpmVersion, number>): Promise<ReturnType<typeof workshopPool>> {
  const pool = workshopPool(workshop, sizes);
  await pool.prepare();
  const end = new AbortController();
  pool.fill(end.signal);
  await eventually(async () => {
    const counts = await Promise.all(
      (["2.0", "1.2"] as const).map(async (version) => (await ready(version)).length === sizes[version]),
    );
    return counts.every(Boolean) ? true : undefined;
  }, 120_000);
  end.abort();
  await pool.idle();
  return pool;
}

const ready = (version: TpmVersion = "2.0"): Promise<readonly string[]> =>
  poolReadyList(workshop.places, version);

function take(
  pool: ReturnType<typeof workshopPool>,
  serverId: string,
  passphrase: Buffer,
  version: TpmVersion = "2.0",
): Promise<string | undefined> {
  const paths = workshop.server(serverId);
  return pool.take({ version, serverId, sagaId: newUuid(), passphrase, paths, log: silentLogger });
}

/** Of every process of the machine. */
async function commandLines(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map((pid) => readFile(join("/proc", pid, "cmdline"), "latin1").catch(() => "")));
}

/** Throws unless swtpm opens the state of the pool's TPM and has the endorsement keys of its certificates. */
async function poolTpmExamine(
  version: TpmVersion,
  tpmId: string,
): Promise<{ readonly own: Uint8Array; readonly certificates: readonly Buffer[] }> {
  const { owner, key, folder: workFolder, places } = workshop;
  const folder = join(places.ready(version), tpmId);
  const own = await poolPassphraseRead(key, folder, tpmId);
  const certificates = await certificatesIn(folder);
  const state = await readFile(join(folder, poolFiles.state));
  await using swtpm: WaitingSwtpm = await WaitingSwtpm.begin({ version, owner, workFolder });
  const bytes = await swtpm.accept({ state, from: own, to: own });
  await tpmExamine({ version, bytes, passphrase: own, certificates, owner, workFolder });
  return { own, certificates };
}

async function certificatesIn(folder: string): Promise<Buffer[]> {
  const names = (await readdir(folder)).filter((name) => /^ek-.*\.crt$/.test(name)).toSorted();
  return Promise.all(names.map((name) => readFile(join(folder, name))));
}

/** Throws unless the server has a TPM that its passphrase opens; the hash of its endorsement keys' certificates. */
async function serverTpm(
  serverId: string,
  passphrase: Uint8Array,
  version: TpmVersion = "2.0",
): Promise<string> {
  const paths = workshop.server(serverId);
  const bytes = (await tpmStateRead(paths, version))?.bytes ?? Buffer.alloc(0);
  const certificates = await certificatesIn(tpmCertificatesFolder(paths.tpmRecords));
  const { owner, folder: workFolder } = workshop;
  await tpmExamine({ version, bytes, passphrase, certificates, owner, workFolder });
  return Buffer.concat(certificates).toString("hex");
}

test("TPMs of both versions are made ahead, each under a passphrase of its own, and become servers'", async () => {
  const pool = await filled({ "2.0": 2, "1.2": 1 });
  const { places } = workshop;
  for (const version of ["2.0", "1.2"] as const) {
    for (const tpmId of await ready(version)) {
      const { own, certificates } = await poolTpmExamine(version, tpmId);
      // Those of TPMs 1.2 name nobody.
      if (version === "2.0") expect(new X509Certificate(certificates[0] ?? "").subject).toContain(tpmId);
      expect(await bytesFind([workshop.folder], [Buffer.from(own)])).toEqual([]);

      const [serverId, passphrase] = [newUuid(), passphraseMake()];
      expect(await take(pool, serverId, passphrase, version)).toBe(tpmId);
      expect(await serverTpm(serverId, passphrase, version)).toBe(
        Buffer.concat(certificates).toString("hex"),
      );
      await expect(serverTpm(serverId, own, version)).rejects.toThrow("swtpm");
    }
    expect(await ready(version)).toEqual([]);
    expect(await take(pool, newUuid(), passphraseMake(), version)).toBeUndefined();
  }
  expect([await readdir(places.claimed), await readdir(places.work)]).toEqual([[], []]);
});

test("many who take at once never get the same; a restart keeps what is ready, down to what is wanted", async () => {
  await filled({ "2.0": 3, "1.2": 0 });
  const before = await ready();
  const pool = workshopPool(workshop, { "2.0": 2, "1.2": 0 });
  await pool.prepare();
  expect(await ready()).toEqual(before.slice(0, 2));
  const servers = Array.from({ length: 4 }, () => newUuid());
  const passphrase = passphraseMake();
  const taken = await Promise.all(servers.map((serverId) => take(pool, serverId, passphrase)));
  expect(taken.filter((tpmId) => tpmId !== undefined).toSorted()).toEqual(before.slice(0, 2));
});

test("a TPM of the pool that is damaged, or whose passphrase is another's, is thrown away and never a server's", async () => {
  const pool = await filled({ "2.0": 3, "1.2": 0 });
  const [damaged = "", exchanged = "", good = ""] = await ready();
  const file = (tpmId: string, name: string): string => join(workshop.places.ready("2.0"), tpmId, name);
  const bytes = await readFile(file(damaged, poolFiles.state));
  bytes.writeUInt8(bytes.readUInt8(3_000) ^ 1, 3_000);
  await writeFile(file(damaged, poolFiles.state), bytes);
  await writeFile(file(exchanged, poolFiles.passphrase), await readFile(file(good, poolFiles.passphrase)));
  const [serverId, passphrase] = [newUuid(), passphraseMake()];
  expect(await take(pool, serverId, passphrase)).toBe(good);
  await serverTpm(serverId, passphrase);
  expect([await ready(), await readdir(workshop.places.claimed)]).toEqual([[], []]);
});

test("a pool that cannot be used holds nobody up, and its folders are root's again and filled", async () => {
  const pool = await filled({ "2.0": 1, "1.2": 0 });
  const { places, owner } = workshop;
  const folder = places.ready("2.0");
  await rm(folder, { recursive: true });
  await symlink(folder, folder);
  expect(await take(pool, newUuid(), passphraseMake())).toBeUndefined();

  await rm(dirname(folder), { recursive: true });
  await mkdir(folder, { recursive: true, mode: 0o777 });
  await chown(folder, owner.uid, owner.gid);
  await filled({ "2.0": 1, "1.2": 0 });
  expect(await stat(folder)).toMatchObject({ uid: 0, mode: 0o40700 });
  await rm(dirname(folder), { recursive: true });
  const end = new AbortController();
  pool.fill(end.signal);
  await eventually(async () => ((await ready()).length === 1 ? true : undefined), 120_000);
  end.abort();
  await pool.idle();
});

test("a swtpm waits for whoever takes next; one that was ended costs no TPM", async () => {
  await filled({ "2.0": 2, "1.2": 0 });
  const pool = workshopPool(workshop, { "2.0": 2, "1.2": 0 });
  const end = new AbortController();
  pool.fill(end.signal);
  const { places } = workshop;
  const waits = async (): Promise<number | undefined> =>
    (await processesWith(/swtpm$/, [`${places.work}/tpm-rekey-`]))[0];
  const before = await ready();
  const first = await eventually(waits);
  process.kill(first, "SIGKILL");
  // Its parent has heard of it then.
  await eventually(
    async () => (await readdir(`/proc/${first}`).catch(() => undefined)) === undefined || undefined,
  );
  const [one, two] = [newUuid(), newUuid()];
  const passphrase = passphraseMake();
  expect(await take(pool, one, passphrase)).toBe(before[0]);
  const second = await eventually(waits, 60_000);
  expect(second).not.toBe(first);
  const taken = await take(pool, two, passphrase);
  expect(taken).toBeDefined();
  expect(await serverTpm(one, passphrase)).not.toBe(await serverTpm(two, passphrase));
  end.abort();
  await pool.idle();
  const left = async (): Promise<unknown> => [
    await processesWith(/swtpm/, [places.work]),
    await readdir(places.work),
  ];
  await expect.poll(left, { timeout: 30_000 }).toEqual([[], []]);
});

test("what a killed process claimed is never ready again", async () => {
  await filled({ "2.0": 1, "1.2": 0 });
  const { places } = workshop;
  const [tpmId = ""] = await ready();
  await rename(join(places.ready("2.0"), tpmId), join(places.claimed, `${newUuid()}.${newUuid()}`));
  await mkdir(join(places.work, "making-abcdef"));
  await workshopPool(workshop, { "2.0": 1, "1.2": 0 }).prepare();
  const left = [await ready(), await readdir(places.claimed), await readdir(places.work)];
  expect(left).toEqual([[], [], []]);
});

test(`kill -9 of a process that fills and takes, ${killRounds} times: each TPM is unused, one server's, or gone`, async () => {
  console.log(`TPM_POOL_KILL_SEED=${killSeed} TPM_POOL_KILL_ROUNDS=${killRounds}`);
  const random = randomOf(killSeed);
  const { folder, places } = workshop;
  for (let round = 0; round < killRounds; round += 1) {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, "..", "kit", "tpm-pool-child.ts"), folder],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await sleep(500 + random() * 4_000);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
    await workshopPool(workshop, { "2.0": 2, "1.2": 0 }).prepare();
    expect([await readdir(places.claimed), await readdir(places.work)]).toEqual([[], []]);
    // A killed process needs a moment to be gone.
    await expect.poll(async () => (await commandLines()).filter((line) => line.includes(folder))).toEqual([]);
  }
  const keys: string[] = [];
  for (const tpmId of await ready()) {
    const { certificates } = await poolTpmExamine("2.0", tpmId);
    keys.push(Buffer.concat(certificates).toString("hex"));
  }
  const asked = await readdir(join(folder, "passphrases"));
  for (const serverId of asked) {
    const look = await tpmStateLook(workshop.server(serverId), "2.0");
    expect(look).not.toBe("lost");
    if (look === "absent") continue;
    keys.push(await serverTpm(serverId, await readFile(join(folder, "passphrases", serverId))));
  }
  console.log(`${asked.length} servers asked, ${keys.length} TPMs in all`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.length).toBeGreaterThan(0);
});
