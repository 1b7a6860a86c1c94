import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import { auditEventPrune } from "../store/audit-events.ts";

const dayMs = 24 * 60 * 60 * 1_000;

/** Deletes what is older than the operator wants to keep. */
export async function auditPrune(
  { database, clock, log }: { readonly database: Database; readonly clock: Clock; readonly log: Logger },
  retentionDays: number,
): Promise<void> {
  const before = clock.now() - retentionDays * dayMs;
  const events = await database.transaction((tx) => auditEventPrune(tx, before));
  if (events > 0) log.info({ events, retentionDays }, "audit events were deleted: they are too old");
}
