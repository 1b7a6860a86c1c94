import type { Db, Tx } from "#db/index.ts";
import type { AuditEntry, AuditFilter } from "../domain/audit-event.ts";

export interface AuditEventRow {
  id: string;
  at: number;
  event: AuditEntry["event"];
  result: AuditEntry["result"];
  reason: string | null;
  operation: string;
  request_id: string | null;
  user_id: string | null;
  project_id: string | null;
  owner_user_id: string | null;
  owner_project_id: string | null;
  server_id: string;
  secret_id: string | null;
  host_id: string | null;
  host: string | null;
}

declare module "#db/tables.ts" {
  interface Tables {
    audit_events: AuditEventRow;
  }
}

function fromRow(row: AuditEventRow): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    event: row.event,
    result: row.result,
    reason: row.reason ?? undefined,
    operation: row.operation,
    requestId: row.request_id ?? undefined,
    userId: row.user_id ?? undefined,
    projectId: row.project_id ?? undefined,
    ownerUserId: row.owner_user_id ?? undefined,
    ownerProjectId: row.owner_project_id ?? undefined,
    serverId: row.server_id,
    secretId: row.secret_id ?? undefined,
    hostId: row.host_id ?? undefined,
    host: row.host ?? undefined,
  };
}

export async function auditEventInsert(tx: Tx, entry: AuditEntry): Promise<void> {
  await tx
    .insertInto("audit_events")
    .values({
      id: entry.id,
      at: entry.at,
      event: entry.event,
      result: entry.result,
      reason: entry.reason ?? null,
      operation: entry.operation,
      request_id: entry.requestId ?? null,
      user_id: entry.userId ?? null,
      project_id: entry.projectId ?? null,
      owner_user_id: entry.ownerUserId ?? null,
      owner_project_id: entry.ownerProjectId ?? null,
      server_id: entry.serverId,
      secret_id: entry.secretId ?? null,
      host_id: entry.hostId ?? null,
      host: entry.host ?? null,
    })
    .execute();
}

export async function auditEventFind(db: Db, id: string): Promise<AuditEntry | undefined> {
  const row = await db.selectFrom("audit_events").selectAll().where("id", "=", id).executeTakeFirst();
  return row && fromRow(row);
}

/** Newest first, those before `beforeId`. */
export async function auditEventList(
  db: Db,
  filter: AuditFilter,
  page: { readonly beforeId?: string | undefined; readonly limit: number },
): Promise<AuditEntry[]> {
  const { serverId, event, since, until } = filter;
  let query = db.selectFrom("audit_events").selectAll().orderBy("id", "desc").limit(page.limit);
  if (serverId !== undefined) query = query.where("server_id", "=", serverId);
  if (event !== undefined) query = query.where("event", "=", event);
  if (since !== undefined) query = query.where("at", ">=", since);
  if (until !== undefined) query = query.where("at", "<=", until);
  if (page.beforeId !== undefined) query = query.where("id", "<", page.beforeId);
  return (await query.execute()).map(fromRow);
}

/** How many there were. */
export async function auditEventPrune(tx: Tx, before: number): Promise<number> {
  const { numDeletedRows } = await tx
    .deleteFrom("audit_events")
    .where("at", "<", before)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
