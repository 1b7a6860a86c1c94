import type { AuditEntry } from "../../domain/audit-event.ts";

/** An event as JSON; what is not known or does not apply is null. */
export function auditEventView(entry: AuditEntry): Readonly<Record<string, string | null>> {
  return {
    id: entry.id,
    time: new Date(entry.at).toISOString(),
    event: entry.event,
    result: entry.result,
    reason: entry.reason ?? null,
    operation: entry.operation,
    request_id: entry.requestId ?? null,
    user_id: entry.userId ?? null,
    project_id: entry.projectId ?? null,
    server_id: entry.serverId,
    secret_id: entry.secretId ?? null,
    owner_user_id: entry.ownerUserId ?? null,
    owner_project_id: entry.ownerProjectId ?? null,
    host_id: entry.hostId ?? null,
    host: entry.host ?? null,
  };
}
