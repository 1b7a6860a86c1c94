import * as nodeFiles from "node:fs/promises";
import { sleep } from "#base/clock.ts";
import { silentLogger } from "#base/logger.ts";
import { Secret } from "#base/secret.ts";
import { openPlace } from "#db/testing/index.ts";
import { masterKeyRotate } from "../app/master-key.ts";
import type { KeyManagerCtx } from "../app/deps.ts";
import { masterKeyFile, type FolderChanges } from "../crypto/master-key-file.ts";
import { createKeyManager, keyManagerMigrations } from "../index.ts";
import { masterKeyList } from "../store/master-keys.ts";
import { callerOf } from "./start-key-manager.ts";

/**
 * A process of its own that rotates a master key to the end, and then the next, or is killed (SIGKILL) right after the `killAt`-th thing
 * that lasts: a transaction, or a change of the key file's folder. It says how many there were.
 */

export interface RotatingProcess {
  readonly database: { readonly path: string } | { readonly url: string };
  readonly masterKeyPath: string;
  readonly killAt: number;
}

process.on("message", (what: RotatingProcess) => void run(what));

async function run({ database: where, masterKeyPath, killAt }: RotatingProcess): Promise<void> {
  let passed = 0;
  async function counted<T>(change: () => Promise<T>): Promise<T> {
    const done = await change();
    passed += 1;
    if (passed !== killAt) return done;
    process.kill(process.pid, "SIGKILL");
    await sleep(60_000);
    return done;
  }
  const changes: FolderChanges = {
    ...nodeFiles,
    open: (path, flags, mode) => counted(() => nodeFiles.open(path, flags, mode)),
    rename: (from, to) => counted(() => nodeFiles.rename(from, to)),
    rm: (path, options) => counted(() => nodeFiles.rm(path, options)),
  };
  const address =
    "url" in where
      ? { kind: "postgresql" as const, url: new Secret(where.url) }
      : { kind: "sqlite" as const, path: where.path };
  const opened = await openPlace({ address, remove: () => Promise.resolve() }, keyManagerMigrations);
  const database = {
    ...opened,
    transaction: ((work) => counted(() => opened.transaction(work))) as typeof opened.transaction,
  };
  let offset = 0;
  const clock = { now: () => Date.now() + offset };
  const masterKeys = masterKeyFile(masterKeyPath, changes);
  const keyManager = await createKeyManager({
    database,
    clock,
    log: silentLogger,
    masterKeyPath,
    masterKeys,
  });
  const { deps } = keyManager.service;
  const caller = callerOf("p-keys/root/admin");
  const ctx = { deps, clock, caller, requestId: "req-killed" } as unknown as KeyManagerCtx;
  const statuses = async (): Promise<string> =>
    (await masterKeyList(database.db)).map(({ status }) => status).join(" ");
  if ((await statuses()) === "CURRENT") await masterKeyRotate(ctx);
  while ((await statuses()) !== "RETIRED CURRENT") {
    deps.masterRotation.nudge();
    await sleep(5);
    offset += 20_000;
  }
  await keyManager.stop();
  await database.close();
  process.send?.(passed);
}
