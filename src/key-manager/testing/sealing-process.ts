import { sleep, systemClock } from "#base/clock.ts";
import { isCloudError } from "#base/errors.ts";
import { silentLogger } from "#base/logger.ts";
import { Secret } from "#base/secret.ts";
import type { Database, Tx } from "#db/index.ts";
import { openPlace } from "#db/testing/index.ts";
import { createKeyManager } from "../index.ts";
import { projectKeyInsertIfAbsent } from "../store/keys.ts";
import { sealingMigrations, testBoxContext, testBoxes, testBoxInsert } from "./store/test-boxes.ts";

/** A control plane of its own, which seals when it is told to and stores what it sealed when it is told to. */

export interface SealingStart {
  readonly database: { readonly path: string } | { readonly url: string };
  readonly masterKeyPath: string;
}

/** `seal` is answered `sealed`; the others by `checked`, when all but the rows and the commit is done, and an outcome. */
export type SealingOrder =
  | { readonly kind: "seal"; readonly id: string }
  | { readonly kind: "box" | "project-key"; readonly holdMs: number };

export type SealingAnswer = "ready" | "sealed" | "checked" | "stored" | "unavailable";

const tell = (answer: SealingAnswer): void => void process.send?.(answer);

process.once("message", (start: SealingStart) => void serve(start));

async function serve({ database: where, masterKeyPath }: SealingStart): Promise<void> {
  const address =
    "url" in where
      ? { kind: "postgresql" as const, url: new Secret(where.url) }
      : { kind: "sqlite" as const, path: where.path };
  const database = await openPlace({ address, remove: () => Promise.resolve() }, sealingMigrations);
  const options = { database, clock: systemClock, log: silentLogger, masterKeyPath };
  const keyManager = await createKeyManager(options);
  const box = keyManager.boxFor([testBoxes]);
  const { vault } = keyManager.service.deps;
  let stores: Record<"box" | "project-key", (tx: Tx, hold: () => Promise<void>) => Promise<void>>;
  process.on("message", (order: SealingOrder) => void obey(order));
  tell("ready");

  async function obey(order: SealingOrder): Promise<void> {
    if (order.kind !== "seal") return store(database, stores[order.kind], order.holdMs);
    const { id } = order;
    const sealed = await box.seal(Buffer.from(`text of ${id}`), testBoxContext(id));
    const key = await vault.newKey(id, 1);
    stores = {
      async box(tx, hold) {
        const text = await sealed.text(tx);
        await hold();
        await testBoxInsert(tx, id, text);
      },
      async "project-key"(tx, hold) {
        await projectKeyInsertIfAbsent(tx, key);
        await hold();
      },
    };
    tell("sealed");
  }
}

async function store(
  database: Database,
  write: (tx: Tx, hold: () => Promise<void>) => Promise<void>,
  holdMs: number,
): Promise<void> {
  let isHeld = false;
  const hold = async (): Promise<void> => {
    if (isHeld) return;
    isHeld = true;
    tell("checked");
    await sleep(holdMs);
  };
  try {
    await database.transaction((tx) => write(tx, hold));
    tell("stored");
  } catch (error) {
    if (!isCloudError(error, "unavailable")) throw error;
    tell("unavailable");
  }
}
