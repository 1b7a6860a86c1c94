import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { silentLogger } from "#base/logger.ts";
import { databasePlace, openPlace, type DatabasePlace } from "#db/testing/index.ts";
import { createKeyManager, keyManagerMigrations } from "./index.ts";
import type { RotatingProcess } from "./testing/rotating-process.ts";
import { callerOf } from "./testing/start-key-manager.ts";

const script = join(import.meta.dirname, "testing", "rotating-process.ts");
const folders: string[] = [];
const places: DatabasePlace[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
  for (const folder of folders) await rm(folder, { recursive: true });
});

interface Cloud {
  readonly place: DatabasePlace;
  readonly masterKeyPath: string;
  /** Payloads by their ids; each project has one. */
  readonly secrets: ReadonlyMap<string, string>;
}

const clock = { now: () => Date.now() };
const callerOfProject = (project: string) => callerOf(`${project}/u/member`);

async function cloudMake(): Promise<Cloud> {
  const folder = await mkdtemp(join(tmpdir(), "sealstone-killed-"));
  folders.push(folder);
  const place = await databasePlace(keyManagerMigrations);
  places.push(place);
  const masterKeyPath = join(folder, "master.key");
  const database = await openPlace(place, keyManagerMigrations);
  const { secrets } = await createKeyManager({ database, clock, log: silentLogger, masterKeyPath });
  const stored = new Map<string, string>();
  for (const project of ["a", "b", "c"]) {
    const payload = Buffer.from(`text of ${project}`);
    const id = await secrets.store(callerOfProject(project), {
      name: project,
      secretType: "opaque",
      contentType: "text/plain",
      payload,
    });
    stored.set(id, project);
  }
  await database.close();
  return { place, masterKeyPath, secrets: stored };
}

/** Rotates one key after the other. */
function rotatorStart(): ChildProcess {
  return fork(script, { execArgv: ["--disable-warning=ExperimentalWarning"] });
}

/** How many things that last a process did that rotated the key; undefined when it was killed. */
async function rotateBy(
  rotator: ChildProcess,
  { place: { address }, masterKeyPath }: Cloud,
  killAt: number,
): Promise<number | undefined> {
  const database = address.kind === "sqlite" ? { path: address.path } : { url: address.url.expose() };
  const answered = new AbortController();
  const passed = once(rotator, "message", answered).then(([count]) => count as number);
  const killed = once(rotator, "exit", answered).then(([, signal]) => {
    expect(signal).toBe("SIGKILL");
    return undefined;
  });
  rotator.send({ database, masterKeyPath, killAt } satisfies RotatingProcess);
  try {
    return await Promise.race([passed, killed]);
  } finally {
    for (const each of [passed, killed]) each.catch(() => undefined);
    answered.abort();
  }
}

/** Every payload opens, in a process that was not there before. */
async function readAll({ place, masterKeyPath, secrets }: Cloud): Promise<void> {
  const database = await openPlace(place, keyManagerMigrations);
  const keyManager = await createKeyManager({ database, clock, log: silentLogger, masterKeyPath });
  for (const [id, project] of secrets) {
    const payload = await keyManager.secrets.payload(callerOfProject(project), id as never);
    expect(payload.toString()).toBe(`text of ${project}`);
  }
  await database.close();
}

test("kill -9 after each transaction and each change of the key file: everything opens, and the next process ends the rotation", async () => {
  const whole = await cloudMake();
  // Starting a process takes longer than a rotation: one that was not killed goes on to the next.
  const survivors = [rotatorStart(), rotatorStart(), rotatorStart()] as const;
  const points = (await rotateBy(survivors[0], whole, 0)) ?? 0;
  // The new key's row, the file with both keys, the move, the wait, the end, the file with one.
  expect(points).toBeGreaterThanOrEqual(10);
  await readAll(whole);
  const left = Array.from({ length: points }, (_, index) => index + 1);
  const killed = async (survivor: ChildProcess): Promise<void> => {
    for (let killAt = left.shift(); killAt !== undefined; killAt = left.shift()) {
      const cloud = await cloudMake();
      const first = await readFile(cloud.masterKeyPath);
      const doomed = rotatorStart();
      // Which look finds the time to be over differs by one or two.
      if ((await rotateBy(doomed, cloud, killAt)) !== undefined) {
        doomed.disconnect();
        continue;
      }
      await readAll(cloud);
      const folder = join(cloud.masterKeyPath, "..");
      for (const name of await readdir(folder))
        if (name !== "master.key") await utimes(join(folder, name), 1, 1);
      expect(await rotateBy(survivor, cloud, 0)).toBeDefined();
      await readAll(cloud);
      const last = await readFile(cloud.masterKeyPath);
      expect([last.length, last.equals(first)], `killed at ${killAt}`).toEqual([32, false]);
      expect(await readdir(folder), `killed at ${killAt}`).toEqual(["master.key"]);
    }
    const ended = once(survivor, "exit");
    survivor.disconnect();
    expect(await ended).toEqual([0, null]);
  };
  await Promise.all(survivors.map(killed));
}, 240_000);
