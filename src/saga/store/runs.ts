import { systemClock, type Clock } from "#base/clock.ts";
import { CloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";
import type { Saga } from "../define.ts";
import type { SagaFailure } from "../errors.ts";

declare module "#db/tables.ts" {
  interface Tables {
    saga_runs: SagaRunRow;
  }
}

export type SagaState = "running" | "unwinding" | "done" | "unwound" | "stuck";

export interface SagaRunRow {
  id: string;
  name: string;
  version: number;
  params: string;
  state: SagaState;
  resource: string | null;
  request_id: string | null;
  sealed_box: string | null;
  lease_owner: string | null;
  /** 0 without a lease. */
  lease_until: number;
  fence: number;
  created_at: number;
  finished_at: number | null;
  error: string | null;
  stuck_reason: string | null;
}

/** A saga as the outside sees it: without its sealed box. */
export interface SagaRun {
  readonly id: SagaId;
  readonly name: string;
  readonly version: number;
  readonly params: unknown;
  readonly state: SagaState;
  readonly resource: string | undefined;
  readonly requestId: string | undefined;
  readonly createdAt: number;
  /** Set when it is done or unwound. */
  readonly finishedAt: number | undefined;
  /** Why it unwinds or unwound. */
  readonly error: SagaFailure | undefined;
  /** Why it is stuck. */
  readonly stuckReason: string | undefined;
}

export interface SagaStartInput<Params> {
  /** JSON, never a secret. */
  readonly params: Params;
  /** Chosen by the caller when it must be known before, as for a box sealed with it. */
  readonly id?: SagaId | undefined;
  /** What the saga works on, for `sagaList`: a server id. */
  readonly resource?: string | undefined;
  /** Opaque; kept with the row and erased when the saga ends. */
  readonly sealedBox?: Uint8Array | undefined;
  readonly requestId?: string | undefined;
  readonly clock?: Clock | undefined;
}

/** Rows only, in the caller's transaction; call `executor.nudge(id)` after its commit. */
export async function sagaStart<Params, Deps, Outputs>(
  tx: Tx,
  definition: Saga<Params, Deps, Outputs>,
  input: SagaStartInput<NoInfer<Params>>,
): Promise<SagaId> {
  const id = input.id ?? newUuid<SagaId>();
  await tx
    .insertInto("saga_runs")
    .values({
      id,
      name: definition.name,
      version: definition.version,
      params: JSON.stringify(input.params),
      state: "running",
      resource: input.resource ?? null,
      request_id: input.requestId ?? null,
      sealed_box: input.sealedBox ? Buffer.from(input.sealedBox).toString("base64") : null,
      lease_owner: null,
      lease_until: 0,
      fence: 0,
      created_at: (input.clock ?? systemClock).now(),
      finished_at: null,
      error: null,
      stuck_reason: null,
    })
    .execute();
  return id;
}

export interface SagaListFilter {
  readonly state?: SagaState | undefined;
  readonly resource?: string | undefined;
  readonly name?: string | undefined;
}

/** Oldest first. */
export async function sagaList(db: Db, filter: SagaListFilter = {}): Promise<SagaRun[]> {
  let query = db.selectFrom("saga_runs").selectAll().orderBy("created_at").orderBy("id");
  if (filter.state !== undefined) query = query.where("state", "=", filter.state);
  if (filter.resource !== undefined) query = query.where("resource", "=", filter.resource);
  if (filter.name !== undefined) query = query.where("name", "=", filter.name);
  return (await query.execute()).map(asSagaRun);
}

export async function sagaFind(db: Db, id: SagaId): Promise<SagaRun | undefined> {
  const row = await db.selectFrom("saga_runs").selectAll().where("id", "=", id).executeTakeFirst();
  return row && asSagaRun(row);
}

export async function sagaFetch(db: Db, id: SagaId): Promise<SagaRun> {
  const run = await sagaFind(db, id);
  if (!run) throw new CloudError("not-found", `Saga ${id} could not be found.`);
  return run;
}

/** Lets a stuck saga go on where it stopped, forwards or backwards. Nudge the executor after the commit, or use its `retry`. */
export async function sagaRetry(tx: Tx, id: SagaId): Promise<void> {
  const run = await sagaFetch(tx, id);
  if (run.state !== "stuck") {
    throw new CloudError("conflict", `Saga ${id} is ${run.state}; only a stuck one can be retried.`);
  }
  await tx
    .updateTable("saga_runs")
    .set({
      state: run.error ? "unwinding" : "running",
      stuck_reason: null,
      lease_owner: null,
      lease_until: 0,
    })
    .where("id", "=", id)
    .where("state", "=", "stuck")
    .execute();
}

/** Ends a stuck saga whose resource is gone, and erases its box. Nothing happens to one that is not stuck. */
export async function sagaAbandon(tx: Tx, id: SagaId, nowMs: number): Promise<void> {
  await tx
    .updateTable("saga_runs")
    .set({ state: "unwound", sealed_box: null, finished_at: nowMs })
    .where("id", "=", id)
    .where("state", "=", "stuck")
    .execute();
}

/** Deletes the sagas that ended before this instant (ms since the epoch), with their logs; stuck ones stay. Returns how many. */
export async function sagaPrune(tx: Tx, endedBeforeMs: number): Promise<number> {
  const old = tx
    .selectFrom("saga_runs")
    .select("id")
    .where("state", "in", ["done", "unwound"])
    .where("finished_at", "<", endedBeforeMs);
  await tx.deleteFrom("saga_log").where("saga_id", "in", old).execute();
  const deleted = await tx
    .deleteFrom("saga_runs")
    .where("state", "in", ["done", "unwound"])
    .where("finished_at", "<", endedBeforeMs)
    .executeTakeFirst();
  return Number(deleted.numDeletedRows);
}

export function asSagaRun(row: SagaRunRow): SagaRun {
  return {
    id: row.id as SagaId,
    name: row.name,
    version: row.version,
    params: JSON.parse(row.params) as unknown,
    state: row.state,
    resource: row.resource ?? undefined,
    requestId: row.request_id ?? undefined,
    createdAt: row.created_at,
    finishedAt: row.finished_at ?? undefined,
    error: row.error === null ? undefined : (JSON.parse(row.error) as SagaFailure),
    stuckReason: row.stuck_reason ?? undefined,
  };
}
