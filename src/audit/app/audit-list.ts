import { CloudError } from "#base/errors.ts";
import type { AuditEntry, AuditFilter } from "../domain/audit-event.ts";
import { auditEventFind, auditEventList } from "../store/audit-events.ts";
import type { AuditCtx } from "./deps.ts";

/** Newest first, those after the marker; `more`: whether there are any beyond the page. Throws `invalid` for a marker that is not there. */
export async function auditList(
  ctx: AuditCtx,
  filter: AuditFilter,
  page: { readonly marker: string | undefined; readonly limit: number },
): Promise<{ readonly entries: readonly AuditEntry[]; readonly more: boolean }> {
  const { db } = ctx.deps.database;
  const { marker, limit } = page;
  if (marker !== undefined && !(await auditEventFind(db, marker))) {
    throw new CloudError(
      "invalid",
      `The marker ${marker} is no event: give the id of the last event of the page before.`,
    );
  }
  const found = await auditEventList(db, filter, { beforeId: marker, limit: limit + 1 });
  return { entries: found.slice(0, limit), more: found.length > limit };
}
