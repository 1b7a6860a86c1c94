import { fork, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { sleep } from "#base/clock.ts";
import { silentLogger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import { databasePlace, openPlace, type DatabasePlace } from "#db/testing/index.ts";
import { masterKeyRotate } from "./app/master-key.ts";
import type { KeyManagerCtx } from "./app/deps.ts";
import { createKeyManager, type KeyManager } from "./index.ts";
import { masterKeyList } from "./store/master-keys.ts";
import { projectIdsWithKeys } from "./store/keys.ts";
import type { SealingAnswer, SealingOrder } from "./testing/sealing-process.ts";
import { callerOf } from "./testing/start-key-manager.ts";
import { sealingMigrations, testBoxContext, testBoxes, testBoxList } from "./testing/store/test-boxes.ts";

/** What one control plane sealed while another rotates the master key is never stored under a key that is gone. */

interface Cloud {
  readonly place: DatabasePlace;
  readonly database: Database;
  readonly keyManager: KeyManager;
  readonly masterKeyPath: string;
  /** The clock of this process's rotation. */
  advance(milliseconds: number): void;
  rotate(): Promise<void>;
  /** Lets the rotation work until its state is one of these. */
  until(...states: readonly string[]): Promise<string>;
}

const script = join(import.meta.dirname, "testing", "sealing-process.ts");
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function cloudMake(): Promise<Cloud> {
  const folder = await mkdtemp(join(tmpdir(), "sealstone-sealed-late-"));
  closing.push(() => rm(folder, { recursive: true }));
  const place = await databasePlace();
  closing.push(() => place.remove());
  const masterKeyPath = join(folder, "master.key");
  const database = await openPlace(place, sealingMigrations);
  closing.push(() => database.close());
  let offset = 0;
  const clock = { now: () => Date.now() + offset };
  const keyManager = await createKeyManager({ database, clock, log: silentLogger, masterKeyPath });
  keyManager.boxFor([testBoxes]);
  closing.push(() => keyManager.stop());
  const { deps } = keyManager.service;
  const caller = callerOf("p-keys/root/admin");
  const ctx = { deps, clock, caller, requestId: "req-late" } as unknown as KeyManagerCtx;
  return {
    place,
    database,
    keyManager,
    masterKeyPath,
    advance: (milliseconds) => void (offset += milliseconds),
    rotate: async () => void (await masterKeyRotate(ctx)),
    async until(...states) {
      for (;;) {
        const state = await rotationState(database);
        if (states.includes(state)) return state;
        deps.masterRotation.nudge();
        await sleep(5);
      }
    },
  };
}

/** `OLD`, `OLD unneeded` or `RETIRED`: what became of the key before the current one. */
async function rotationState(database: Database): Promise<string> {
  const old = (await masterKeyList(database.db)).at(-2);
  return old?.status === "OLD" && old.unneeded_since !== null ? "OLD unneeded" : (old?.status ?? "");
}

class Sealing {
  readonly #child: ChildProcess;
  readonly #answers: SealingAnswer[] = [];

  constructor({ place: { address }, masterKeyPath }: Cloud) {
    this.#child = fork(script, { execArgv: ["--disable-warning=ExperimentalWarning"] });
    this.#child.on("message", (answer: SealingAnswer) => this.#answers.push(answer));
    const database = address.kind === "sqlite" ? { path: address.path } : { url: address.url.expose() };
    this.#child.send({ database, masterKeyPath });
    closing.push(async () => void this.#child.kill("SIGKILL"));
  }

  tell(order: SealingOrder): void {
    this.#child.send(order);
  }

  async answer(): Promise<SealingAnswer | undefined> {
    await expect.poll(() => this.#answers.length, { timeout: 30_000 }).toBeGreaterThan(0);
    return this.#answers.shift();
  }
}

/** Everything that is stored opens, in a control plane that was not there before. */
async function openAll(cloud: Cloud): Promise<string[]> {
  const database = await openPlace(cloud.place, sealingMigrations);
  const { masterKeyPath } = cloud;
  const clock = { now: () => Date.now() };
  const keyManager = await createKeyManager({ database, clock, log: silentLogger, masterKeyPath });
  const box = keyManager.boxFor([testBoxes]);
  const opened: string[] = [];
  for (const { id, box: sealed } of await testBoxList(database.db))
    opened.push((await box.open(sealed, testBoxContext(id))).toString());
  for (const projectId of await projectIdsWithKeys(database.db)) {
    const { vault } = keyManager.service.deps;
    const owner = { projectId, secretId: "s" as never };
    const payload = await vault.seal(owner, Buffer.from("x"));
    opened.push(`${projectId} ${(await vault.open(owner, payload)).toString()}`);
  }
  await database.close();
  return opened;
}

const kinds = ["box", "project-key"] as const;

test.each(kinds)(
  "a %s that was sealed by a key which has been retired since is refused",
  async (kind) => {
    const cloud = await cloudMake();
    const other = new Sealing(cloud);
    expect(await other.answer()).toBe("ready");
    other.tell({ kind: "seal", id: "late" });
    expect(await other.answer()).toBe("sealed");
    await cloud.rotate();
    await cloud.until("OLD unneeded");
    cloud.advance(60_000);
    await cloud.until("RETIRED");
    other.tell({ kind, holdMs: 0 });
    const answers = [await other.answer()];
    if (answers[0] === "checked") answers.push(await other.answer());
    expect(answers.at(-1)).toBe("unavailable");
    expect(await openAll(cloud)).toEqual([]);
    // On SQLite there is no second control plane, and so nothing that tells it of the new key.
    if (cloud.place.address.kind === "sqlite") return;
    other.tell({ kind: "seal", id: "again" });
    expect(await other.answer()).toBe("sealed");
    other.tell({ kind, holdMs: 0 });
    expect([await other.answer(), await other.answer()]).toEqual(["checked", "stored"]);
    expect(await openAll(cloud)).toEqual([kind === "box" ? "text of again" : "again x"]);
  },
  60_000,
);

test.each(kinds)(
  "a %s whose transaction is under way at the retirement is stored and moved, or refused",
  async (kind) => {
    const cloud = await cloudMake();
    const other = new Sealing(cloud);
    expect(await other.answer()).toBe("ready");
    other.tell({ kind: "seal", id: "contested" });
    expect(await other.answer()).toBe("sealed");
    await cloud.rotate();
    await cloud.until("OLD unneeded");
    other.tell({ kind, holdMs: 400 });
    expect(await other.answer()).toBe("checked");
    cloud.advance(60_000);
    await cloud.until("OLD", "RETIRED");
    const outcome = await other.answer();
    cloud.advance(60_000);
    await cloud.until("OLD unneeded", "RETIRED");
    cloud.advance(60_000);
    await cloud.until("RETIRED");
    const stored = kind === "box" ? "text of contested" : "contested x";
    expect(await openAll(cloud), outcome).toEqual(outcome === "stored" ? [stored] : []);
    expect(["stored", "unavailable"]).toContain(outcome);
  },
  60_000,
);
