import type { Clock } from "#base/clock.ts";
import { CloudError, isCloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import { wipe } from "#base/secret.ts";
import type { Database } from "#db/index.ts";
import type { MasterKeyRow } from "../domain/master-key.ts";
import { masterKeyFindCurrent, masterKeyInsert, masterKeyList } from "../store/master-keys.ts";
import type { MasterKey, MasterKeyHolder } from "./master-key.ts";

/** What was wrapped, and by which of the master keys. */
export interface Wrapped {
  readonly masterKeyId: string;
  readonly wrapped: string;
}

/**
 * The master keys of a cloud: one wraps, an older one still opens while a rotation moves what it wrapped. The database
 * says which is which; the holder has them.
 *
 * A new key is in the database first, handed over in a form that only who has the key before it can use. So each process
 * that meets it can have it, and puts it into the holder before anything is wrapped by it: whichever process is killed
 * whenever, no key is lost, and replicas that have copies of the file instead of the file get along too.
 */
export interface MasterKeyRing {
  readonly source: string;
  /** By the current key. */
  wrap(plaintext: Buffer, context: readonly string[]): Promise<Wrapped>;
  /** In a fresh Buffer, which the caller wipes. Throws `bug` when it is not genuine, `unavailable` when the key is not there. */
  unwrap(value: Wrapped, context: readonly string[]): Promise<Buffer>;
  /** A key of the next generation, which is nobody's until its row is in the database. */
  next(): Promise<MasterKeyRow>;
  /** Makes the holder what the database says: new keys in, retired ones out. Throws `conflict` when one is missing. */
  settle(): Promise<void>;
}

const checkText = "sealstone master key check";

/**
 * The ring of the holder's keys; the first is made at the first start. The database holds a value sealed with each, so lost
 * or swapped keys are refused here (`conflict`), before anything is read or written with them.
 */
export async function masterKeyRingOpen(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly holder: MasterKeyHolder;
}): Promise<MasterKeyRing> {
  const { database, holder, clock } = options;
  if ((await masterKeyList(database.db)).length === 0) await registerFirst(options);
  let held: ReadonlyMap<string, MasterKey> = new Map();
  const current = database.kept({
    dependsOn: ({ table }) => table === "key_manager_master_keys",
    load: (_, db) => masterKeyFindCurrent(db),
    limit: 1,
  });

  async function settleNow(): Promise<void> {
    held = await settled(holder, await masterKeyList(database.db), held);
  }
  let last: Promise<void> = Promise.resolve();
  /** One after the other: each writes what it has read. */
  function settle(isNeeded = () => true): Promise<void> {
    const next = last.then(() => (isNeeded() ? settleNow() : undefined));
    last = next.catch(() => undefined);
    return next;
  }

  async function keyOf(id: string): Promise<MasterKey> {
    if (!held.has(id)) await settle(() => !held.has(id));
    const key = held.get(id);
    if (key) return key;
    throw new CloudError(
      "unavailable",
      "The key manager lacks a master key. The operator finds it in the log.",
      {
        detail: `master key ${id} is not in ${holder.source}`,
      },
    );
  }

  async function currentRow(): Promise<MasterKeyRow> {
    const row = await current.get("current");
    if (row) return row;
    throw new CloudError("bug", "The key manager has no master key. The operator finds it in the log.");
  }

  await settle();
  return {
    source: holder.source,
    async wrap(plaintext, context) {
      const { id } = await currentRow();
      const key = await keyOf(id);
      return { masterKeyId: id, wrapped: await key.wrap(plaintext, context) };
    },
    unwrap: async ({ masterKeyId, wrapped }, context) => (await keyOf(masterKeyId)).unwrap(wrapped, context),
    async next() {
      const before = await currentRow();
      const [id, by] = [newUuid(), await keyOf(before.id)];
      const handedOver = await holder.make(by, handOverContext(id));
      const key = await holder.take(handedOver, by, handOverContext(id));
      return {
        ...(await rowOf(key, { id, generation: before.generation + 1, now: clock.now() })),
        handed_over: handedOver,
      };
    },
    settle: () => settle(),
  };
}

/** Remembers the key in the database; of two replicas that start at once one is first, and the other checks itself against it. */
async function registerFirst(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly holder: MasterKeyHolder;
}): Promise<void> {
  const { database, holder, clock } = options;
  if ((await holder.load()).length === 0) await holder.ensureFirst();
  const [key, ...others] = await holder.load();
  if (!key)
    throw new CloudError("conflict", `The key manager's ${holder.source} vanished while it was opened.`);
  if (others.length > 0)
    throw new CloudError(
      "conflict",
      `The key manager's ${holder.source} has several keys, of another database. This one is empty: remove the file, or restore the database.`,
    );
  const row = await rowOf(key, { id: newUuid(), generation: 1, now: clock.now() });
  await database.transaction(async (tx) => {
    if ((await masterKeyList(tx)).length === 0) await masterKeyInsert(tx, row);
  });
}

async function rowOf(
  key: MasterKey,
  { id, generation, now }: { readonly id: string; readonly generation: number; readonly now: number },
): Promise<MasterKeyRow> {
  return {
    id,
    generation,
    status: "CURRENT",
    check_value: await key.wrap(Buffer.from(checkText), checkContext(id)),
    handed_over: null,
    created_at: now,
    unneeded_since: null,
    retired_at: null,
  };
}

/** All keys that are not retired, by id. The holder has them and no retired one when this resolves. */
async function settled(
  holder: MasterKeyHolder,
  rows: readonly MasterKeyRow[],
  held: ReadonlyMap<string, MasterKey>,
): Promise<ReadonlyMap<string, MasterKey>> {
  const there = await holder.load();
  if (there.length === 0)
    throw refusal(holder, "is missing, but the database holds secrets that only it opens.");
  const named = await Promise.all(there.map(async (key) => ({ key, row: await rowFind(key, rows) })));
  const active = rows.filter(({ status }) => status !== "RETIRED");
  const keys = new Map(
    active.flatMap(({ id }) => {
      const key = named.find(({ row }) => row?.id === id)?.key;
      return key ? [[id, key] as const] : [];
    }),
  );
  if (keys.size === 0)
    throw refusal(holder, "is not the one that the secrets in the database were sealed with.");
  for (const row of active) {
    if (keys.has(row.id)) continue;
    const key = held.get(row.id) ?? (await taken(holder, row, rows, keys));
    if (key) keys.set(row.id, key);
  }
  const first = active.find(({ id }) => !keys.has(id));
  if (first) {
    const made = new Date(first.created_at).toISOString();
    throw refusal(
      holder,
      `lacks master key ${first.generation} (${first.id}, made ${made}), which secrets in the database were sealed with.`,
    );
  }
  // A key that no row names is not ours to remove: the database may be an older one.
  const stay = named.filter(({ row }) => row?.status !== "RETIRED");
  const added = [...keys.values()].filter((key) => !there.includes(key));
  if (stay.length < named.length || added.length > 0)
    await holder.keep([...stay.map(({ key }) => key), ...added]);
  return keys;
}

/** A new key that this holder does not have yet, by the key before it. */
async function taken(
  holder: MasterKeyHolder,
  row: MasterKeyRow,
  rows: readonly MasterKeyRow[],
  keys: ReadonlyMap<string, MasterKey>,
): Promise<MasterKey | undefined> {
  const before = rows.find(({ generation }) => generation === row.generation - 1);
  const by = before && keys.get(before.id);
  if (row.handed_over === null || !by) return undefined;
  return holder.take(row.handed_over, by, handOverContext(row.id));
}

async function rowFind(key: MasterKey, rows: readonly MasterKeyRow[]): Promise<MasterKeyRow | undefined> {
  for (const row of rows) {
    try {
      wipe(await key.unwrap(row.check_value, checkContext(row.id)));
      return row;
    } catch (cause) {
      if (!isCloudError(cause, "bug")) throw cause;
    }
  }
  return undefined;
}

function refusal(holder: MasterKeyHolder, reason: string): CloudError {
  return new CloudError(
    "conflict",
    `The key manager's ${holder.source} ${reason} Restore the original from your backup.`,
  );
}

function checkContext(id: string): readonly string[] {
  return ["master-key", id];
}

function handOverContext(id: string): readonly string[] {
  return ["master-key-handed-over", id];
}
