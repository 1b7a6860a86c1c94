import type { Clock } from "#base/clock.ts";
import { CloudError, isCloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import type { Database } from "#db/index.ts";
import { masterKeyFind, masterKeyInsert, type MasterKeyRow } from "../store/keys.ts";
import { masterKeyFileCreate, masterKeyFileFind } from "./master-key-file.ts";
import type { MasterKey } from "./master-key.ts";

/** A master key and the name under which the database knows it. */
export interface IdentifiedMasterKey {
  readonly id: string;
  readonly key: MasterKey;
}

const checkText = "sealstone master key check";

/**
 * The master key at `path`, made at the first start. The database holds a value sealed with it, so a lost or
 * swapped file is refused here (`conflict`), before anything is read or written with it.
 */
export async function masterKeyOpen(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly path: string;
}): Promise<IdentifiedMasterKey> {
  const { database, path } = options;
  const known = await masterKeyFind(database.db);
  const found = await masterKeyFileFind(path);
  if (!found && known) {
    throw new CloudError(
      "conflict",
      `The key manager's master key file ${path} is missing, but the database holds secrets that only it opens. ` +
        "Restore the file from your backup.",
    );
  }
  if (!found) await masterKeyFileCreate(path);
  const key = found ?? (await masterKeyFileFind(path));
  if (!key)
    throw new CloudError(
      "conflict",
      `The key manager's master key file ${path} vanished while it was opened.`,
    );
  const row = known ?? (await register(database, key, options.clock));
  await check(row, key);
  return { id: row.id, key };
}

/** Remembers the key in the database; of two replicas that start at once one is first, and the other checks itself against it. */
async function register(database: Database, key: MasterKey, clock: Clock): Promise<MasterKeyRow> {
  const id = newUuid();
  const row = {
    id,
    check_value: await key.wrap(Buffer.from(checkText), checkContext(id)),
    created_at: clock.now(),
  };
  return database.transaction(async (tx) => {
    const first = await masterKeyFind(tx);
    if (first) return first;
    await masterKeyInsert(tx, row);
    return row;
  });
}

async function check(row: MasterKeyRow, key: MasterKey): Promise<void> {
  try {
    wipe(await key.unwrap(row.check_value, checkContext(row.id)));
  } catch (cause) {
    if (!isCloudError(cause, "bug")) throw cause;
    throw new CloudError(
      "conflict",
      `The key manager's master key file ${key.source} is not the one that the secrets in the database were sealed with. ` +
        "Restore the original from your backup.",
      { cause },
    );
  }
}

function checkContext(id: string): readonly string[] {
  return ["master-key", id];
}
