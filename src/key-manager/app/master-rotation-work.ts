import type { Clock } from "#base/clock.ts";
import { errorText } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import { wipe } from "#base/secret.ts";
import type { Database, Db } from "#db/index.ts";
import { masterBoxPrefix } from "../crypto/master-box.ts";
import type { MasterKeyRing } from "../crypto/master-key-ring.ts";
import { masterKeyRetireAfterMs, type MasterKeyRow } from "../domain/master-key.ts";
import type { SealedValue, SealedValues } from "../domain/sealed-values.ts";
import type { Sealed, SecretBox } from "../domain/secret-box.ts";
import { masterKeyList, masterKeyUpdate } from "../store/master-keys.ts";
import { createBackground, type Background } from "./background.ts";

interface MasterRotationOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ring: MasterKeyRing;
  readonly box: SecretBox;
  /** All places that have anything which a master key wrapped. */
  readonly sealedValues: readonly SealedValues[];
}

/** Values of one transaction: few enough for requests to get in between. */
const batch = 50;

/**
 * Moves what the old master key has wrapped to the current one, beside the requests, and retires the old one when the
 * database shows that nothing needs it. What is left to do is what the rows say, so a kill loses a batch at most, and
 * processes do each other no harm.
 */
export function createMasterRotation(options: MasterRotationOptions): Background {
  return createBackground("the master key's rotation", options.log, () => masterRotationOne(options), {
    gentle: true,
  });
}

export async function sealedByOthersCount(
  db: Db,
  places: readonly SealedValues[],
  masterKeyId: string,
): Promise<number> {
  let total = 0;
  for (const place of places) total += await place.count(db, masterBoxPrefix(masterKeyId));
  return total;
}

/** False when there is nothing to do now. */
async function masterRotationOne(options: MasterRotationOptions): Promise<boolean> {
  const { database, clock, ring, sealedValues } = options;
  // Another process may have made a key, or retired one, that this process's file does not know of.
  await ring.settle();
  const rows = await masterKeyList(database.db);
  const old = rows.find(({ status }) => status === "OLD");
  const current = rows.find(({ status }) => status === "CURRENT");
  if (!old || !current) return false;
  for (const place of sealedValues) {
    const read = await place.some(database.db, masterBoxPrefix(current.id), batch);
    if (read.length === 0) continue;
    const moved = await move(options, place, read);
    if (moved && old.unneeded_since !== null) await unneededSince(database, old, null);
    return moved;
  }
  if (old.unneeded_since === null) {
    await unneededSince(database, old, clock.now());
    return true;
  }
  if (clock.now() < old.unneeded_since + masterKeyRetireAfterMs) return false;
  return retire(options, old, current);
}

/** False when none of them could be moved, which the log names. */
async function move(
  { database, box, log }: MasterRotationOptions,
  place: SealedValues,
  read: readonly SealedValue[],
): Promise<boolean> {
  const moved: { readonly from: SealedValue; readonly to: Sealed }[] = [];
  for (const from of read) {
    try {
      const plaintext = await box.open(from.sealed, from.context);
      moved.push({ from, to: await box.seal(plaintext, from.context).finally(() => wipe(plaintext)) });
    } catch (error) {
      // The others shall not wait for it; the old key stays, for it is not known to be needless.
      log.error(
        { what: place.what, key: from.key, error: errorText(error) },
        "cannot be moved to the new master key",
      );
    }
  }
  await database.transaction(async (tx) => {
    for (const { from, to } of moved) await place.replace(tx, from, await to.text(tx));
  });
  return moved.length > 0;
}

function unneededSince(database: Database, old: MasterKeyRow, at: number | null): Promise<void> {
  return database.transaction((tx) => masterKeyUpdate(tx, old.id, { unneeded_since: at }));
}

/** False when something needs it after all. First the database says so, then the file forgets it. */
async function retire(
  { database, clock, log, ring, sealedValues }: MasterRotationOptions,
  old: MasterKeyRow,
  current: MasterKeyRow,
): Promise<boolean> {
  const isRetired = await database.transaction(async (tx) => {
    if ((await sealedByOthersCount(tx, sealedValues, current.id)) > 0) return false;
    await masterKeyUpdate(tx, old.id, { status: "RETIRED", retired_at: clock.now(), handed_over: null });
    await masterKeyUpdate(tx, current.id, { handed_over: null });
    return true;
  });
  if (!isRetired) {
    await unneededSince(database, old, null);
    return true;
  }
  await ring.settle();
  const { id: masterKeyId, generation } = old;
  log.info({ event: "master-key-rotation", masterKeyId, generation }, "the old master key is gone");
  return true;
}
