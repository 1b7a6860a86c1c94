import { CloudError } from "#base/errors.ts";
import type { MasterKeyRow } from "../domain/master-key.ts";
import {
  masterKeyFindCurrent,
  masterKeyInsert,
  masterKeyList as rowList,
  masterKeyUpdate,
} from "../store/master-keys.ts";
import type { KeyManagerCtx } from "./deps.ts";
import { sealedByOthersCount } from "./master-rotation-work.ts";

export interface MasterKeyState {
  readonly row: MasterKeyRow;
  /** How many values of the database it has wrapped, that are still to be wrapped by the current one. */
  readonly remaining: number;
}

/** All that there ever were, the oldest first. */
export async function masterKeyList(ctx: KeyManagerCtx): Promise<MasterKeyState[]> {
  const { database, sealedValues } = ctx.deps;
  const rows = await rowList(database.db);
  const current = rows.find(({ status }) => status === "CURRENT");
  const remaining = current ? await sealedByOthersCount(database.db, sealedValues, current.id) : 0;
  return rows.map((row) => ({ row, remaining: row.status === "OLD" ? remaining : 0 }));
}

/** A new master key, which wraps from now on; what the one before has wrapped moves to it. Throws `conflict` while that lasts. */
export async function masterKeyRotate(ctx: KeyManagerCtx): Promise<MasterKeyState> {
  const { database, ring, log, masterRotation, sealedValues } = ctx.deps;
  if ((await rowList(database.db)).some(({ status }) => status === "OLD")) throw underWay();
  const row = await ring.next();
  await database.transaction(async (tx) => {
    const before = await masterKeyFindCurrent(tx);
    if (!before || before.generation !== row.generation - 1) throw underWay();
    if ((await rowList(tx)).some(({ status }) => status === "OLD")) throw underWay();
    await masterKeyUpdate(tx, before.id, { status: "OLD" });
    await masterKeyInsert(tx, row);
  });
  const { userId } = ctx.caller;
  const { id: masterKeyId, generation } = row;
  log.info(
    { event: "master-key-rotation", masterKeyId, generation, userId, requestId: ctx.requestId },
    "there is a new master key",
  );
  masterRotation.nudge();
  return { row, remaining: await sealedByOthersCount(database.db, sealedValues, row.id) };
}

function underWay(): CloudError {
  return new CloudError(
    "conflict",
    "A rotation of the master key is under way. Wait until the older key is RETIRED.",
  );
}
