import { tableText } from "./print.ts";

/** An event of the audit as the API says it. */
export type AuditEventJson = Readonly<Record<string, string | null>>;

const columns: readonly (readonly [string, string])[] = [
  ["TIME", "time"],
  ["EVENT", "event"],
  ["RESULT", "result"],
  ["OPERATION", "operation"],
  ["USER", "user_id"],
  ["PROJECT", "project_id"],
  ["SERVER", "server_id"],
  ["SECRET", "secret_id"],
  ["OWNER PROJECT", "owner_project_id"],
  ["HOST", "host"],
  ["REQUEST", "request_id"],
  ["REASON", "reason"],
];

/** A table with a line for each event. `without`: fields that would be the same on each. */
export function auditTable(events: readonly AuditEventJson[], without: readonly string[] = []): string {
  const shown = columns.filter(([, field]) => !without.includes(field));
  return tableText([
    shown.map(([title]) => title),
    ...events.map((event) => shown.map(([, field]) => event[field] ?? "-")),
  ]);
}
