import type { SagaId } from "#base/ids.ts";
import type { Db, Tx } from "#db/index.ts";

declare module "#db/tables.ts" {
  interface Tables {
    saga_log: SagaLogRow;
  }
}

/** What happened to a step. Only `done`, `failed` and `undone` decide anything; the rest is for people. */
export type SagaEvent = "started" | "done" | "failed" | "undo-started" | "undone" | "undo-failed";

interface SagaLogRow {
  saga_id: string;
  seq: number;
  step: string;
  event: SagaEvent;
  /** JSON of what a `done` step returned; erased when the saga ends. */
  output: string | null;
  at: number;
}

export interface SagaLogEntry {
  readonly seq: number;
  readonly step: string;
  readonly event: SagaEvent;
  readonly output: unknown;
  readonly at: number;
}

/** Oldest first. */
export async function sagaLogList(db: Db, sagaId: SagaId): Promise<SagaLogEntry[]> {
  const rows = await db
    .selectFrom("saga_log")
    .select(["seq", "step", "event", "output", "at"])
    .where("saga_id", "=", sagaId)
    .orderBy("seq")
    .execute();
  return rows.map((row) => ({
    ...row,
    output: row.output === null ? undefined : (JSON.parse(row.output) as unknown),
  }));
}

/** Only after `sagaHold` in the same transaction: it is what keeps a zombie's entries out. */
export async function sagaLogAppend(tx: Tx, sagaId: SagaId, entries: readonly SagaLogEntry[]): Promise<void> {
  if (entries.length === 0) return;
  await tx
    .insertInto("saga_log")
    .values(
      entries.map((entry) => ({
        saga_id: sagaId,
        seq: entry.seq,
        step: entry.step,
        event: entry.event,
        output: entry.output === undefined ? null : JSON.stringify(entry.output),
        at: entry.at,
      })),
    )
    .execute();
}

/** An output may be a sealed box, and nobody needs it any longer. */
export async function sagaLogEraseOutputs(tx: Tx, sagaId: SagaId): Promise<void> {
  await tx
    .updateTable("saga_log")
    .set({ output: null })
    .where("saga_id", "=", sagaId)
    .where("output", "is not", null)
    .execute();
}
