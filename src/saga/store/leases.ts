import { CloudError } from "#base/errors.ts";
import type { SagaId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { SagaFailure } from "../errors.ts";
import { sagaLogList, type SagaLogEntry } from "./log.ts";
import { asSagaRun, type SagaRun, type SagaState } from "./runs.ts";

/** A saga while an executor holds its lease. */
export interface HeldSaga {
  readonly run: SagaRun;
  readonly log: readonly SagaLogEntry[];
  /** Base64. */
  readonly sealedBox: string | undefined;
  readonly ownerId: string;
  /** Grows with every claim: a former holder's writes are told by it. */
  readonly fence: number;
}

/** Another executor holds the saga now. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

const unfinished: readonly SagaState[] = ["running", "unwinding"];

/** Unfinished sagas that nobody holds, oldest first. */
export async function sagaListClaimable(db: Db, nowMs: number, limit: number): Promise<SagaId[]> {
  const rows = await db
    .selectFrom("saga_runs")
    .select("id")
    .where("state", "in", unfinished)
    .where("lease_until", "<=", nowMs)
    .orderBy("created_at")
    .limit(limit)
    .execute();
  return rows.map((row) => row.id as SagaId);
}

/** Undefined when it is not there, has ended or is held by somebody. */
export async function sagaClaim(
  tx: Tx,
  id: SagaId,
  lease: { readonly ownerId: string; readonly nowMs: number; readonly untilMs: number },
): Promise<HeldSaga | undefined> {
  const claimed = await tx
    .updateTable("saga_runs")
    .set((row) => ({ lease_owner: lease.ownerId, lease_until: lease.untilMs, fence: row("fence", "+", 1) }))
    .where("id", "=", id)
    .where("state", "in", unfinished)
    .where("lease_until", "<=", lease.nowMs)
    .executeTakeFirst();
  if (claimed.numUpdatedRows === 0n) return undefined;
  const row = await tx.selectFrom("saga_runs").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row)
    throw new CloudError("bug", "An internal error occurred.", {
      detail: `saga ${id} vanished while claimed`,
    });
  return {
    run: asSagaRun(row),
    log: await sagaLogList(tx, id),
    sealedBox: row.sealed_box ?? undefined,
    ownerId: lease.ownerId,
    fence: row.fence,
  };
}

export interface SagaChanges {
  readonly state?: SagaState | undefined;
  readonly error?: SagaFailure | undefined;
  readonly stuckReason?: string | undefined;
  readonly finishedAt?: number | undefined;
}

/**
 * Prolongs the lease, with changes of the row; throws `LeaseLost` when it is no longer ours. A saga that
 * ends loses its box, and a saga that ends or is stuck its lease.
 */
export async function sagaHold(
  tx: Tx,
  held: HeldSaga,
  untilMs: number,
  changes: SagaChanges = {},
): Promise<void> {
  const ends = changes.finishedAt !== undefined;
  const rests = ends || changes.state === "stuck";
  const updated = await tx
    .updateTable("saga_runs")
    .set({
      lease_until: rests ? 0 : untilMs,
      lease_owner: rests ? null : held.ownerId,
      ...(changes.state === undefined ? {} : { state: changes.state }),
      ...(changes.error === undefined ? {} : { error: JSON.stringify(changes.error) }),
      ...(changes.stuckReason === undefined ? {} : { stuck_reason: changes.stuckReason }),
      ...(ends ? { finished_at: changes.finishedAt, sealed_box: null } : {}),
    })
    .where("id", "=", held.run.id)
    .where("fence", "=", held.fence)
    .where("lease_owner", "=", held.ownerId)
    .executeTakeFirst();
  if (updated.numUpdatedRows === 0n) throw new LeaseLost(`The lease of saga ${held.run.id} is lost.`);
}

/** Gives the saga back unfinished; harmless when it is no longer ours. */
export async function sagaRelease(tx: Tx, held: HeldSaga): Promise<void> {
  await tx
    .updateTable("saga_runs")
    .set({ lease_owner: null, lease_until: 0 })
    .where("id", "=", held.run.id)
    .where("fence", "=", held.fence)
    .where("lease_owner", "=", held.ownerId)
    .execute();
}

/** For an owner that has just been started again: what it held before its end is free. */
export async function sagaReleaseAll(tx: Tx, ownerId: string): Promise<void> {
  await tx
    .updateTable("saga_runs")
    .set({ lease_owner: null, lease_until: 0 })
    .where("lease_owner", "=", ownerId)
    .execute();
}
