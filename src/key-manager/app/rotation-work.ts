import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import type { PayloadVault } from "../crypto/payload-vault.ts";
import { retireAfterMs, type Rotation } from "../domain/rotation.ts";
import type { SealedPayload } from "../domain/secret.ts";
import {
  payloadReplace,
  payloadsUnderOtherKeys,
  projectKeysRetire,
  rotationsToWork,
  rotationUpdateStatus,
  type StoredPayload,
} from "../store/rotations.ts";
import { createBackground, type Background } from "./background.ts";

interface RotationWorkOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly vault: PayloadVault;
}

/** Payloads of one transaction: few enough for requests to get in between. */
const batch = 50;

/**
 * Moves payloads to their projects' new keys, beside the requests. What is left to do is what the rows of the secrets
 * say, so a kill loses a batch at most, and two processes do each other no harm: a payload is replaced only while it is
 * the one that was read.
 */
export function createRotationWork(options: RotationWorkOptions): Background {
  return createBackground("key rotations", options.log, () => rotationWorkOne(options), { gentle: true });
}

/** False when there is nothing to do now. */
async function rotationWorkOne(options: RotationWorkOptions): Promise<boolean> {
  const { database, clock } = options;
  for (const rotation of await rotationsToWork(database.db, clock.now() - retireAfterMs)) {
    const read = await payloadsUnderOtherKeys(database.db, rotation.projectId, rotation.keyId, batch);
    if (read.length > 0) {
      await move(options, rotation, read);
      return true;
    }
    if (await finish(options, rotation)) return true;
  }
  return false;
}

async function move(
  { database, vault }: RotationWorkOptions,
  { projectId, keyId }: Rotation,
  read: readonly StoredPayload[],
): Promise<void> {
  const moved: { readonly from: StoredPayload; readonly to: SealedPayload }[] = [];
  for (const from of read)
    moved.push({ from, to: await vault.reseal({ secretId: from.secretId, projectId }, from.payload, keyId) });
  await database.transaction(async (tx) => {
    for (const { from, to } of moved) await payloadReplace(tx, from, to);
  });
}

/** False when something that is no payload, an order's passphrase, still needs an older key. */
async function finish({ database, clock, log }: RotationWorkOptions, rotation: Rotation): Promise<boolean> {
  const { id, projectId, generation } = rotation;
  const status = await database.transaction(async (tx) => {
    if (rotation.status === "RETIRING" && (await projectKeysRetire(tx, projectId, generation)) > 0)
      return undefined;
    const next = rotation.status === "RETIRING" ? "DONE" : "RETIRING";
    await rotationUpdateStatus(tx, id, next, clock.now());
    return next;
  });
  if (status === "DONE")
    log.info({ event: "key-rotation", projectId, generation }, "older project keys are gone");
  return status !== undefined;
}
