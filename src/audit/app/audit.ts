import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Database, Tx } from "#db/index.ts";
import type { AuditEntry, AuditEvent } from "../domain/audit-event.ts";
import { createEntryIds } from "../domain/entry-id.ts";
import { auditEventInsert, auditEventList } from "../store/audit-events.ts";

/** An event for the transaction of what it tells of. */
export interface AuditRecord {
  /** `more`: what is known only there. May run again with the transaction. */
  insert(tx: Tx, more?: Partial<AuditEvent>): Promise<void>;
  /** The log line, after the commit; nothing when nothing was inserted. */
  tell(): void;
}

/** Where the other services say what they do with passphrases: a row of a table and a line of the log for each use. */
export interface Audit {
  record(event: AuditEvent): AuditRecord;
  /** For what has no transaction; durable when it resolves. What cannot be written down is not to be done: it throws. */
  write(event: AuditEvent): Promise<void>;
  /** The last uses of a server's passphrase, newest first. */
  lastOf(serverId: string, limit: number): Promise<AuditEntry[]>;
}

export function createAudit(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
}): Audit {
  const { database, clock, log } = options;
  const nextId = createEntryIds();
  const record = (event: AuditEvent): AuditRecord => {
    let told: AuditEntry | undefined;
    return {
      async insert(tx, more) {
        const at = clock.now();
        const entry = { ...event, ...more, id: nextId(at), at };
        await auditEventInsert(tx, entry);
        told = entry;
      },
      tell() {
        if (told)
          log.info(
            fieldsOf(told),
            `TPM ${told.event === "restored" ? "state restored" : `passphrase ${told.event}`}`,
          );
      },
    };
  };
  return {
    record,
    async write(event) {
      const written = record(event);
      await database.transaction((tx) => written.insert(tx));
      written.tell();
    },
    lastOf: (serverId, limit) => auditEventList(database.db, { serverId }, { limit }),
  };
}

function fieldsOf({ event: action, id: auditId, at: _at, ...entry }: AuditEntry) {
  return { event: "tpm-passphrase", action, auditId, ...entry };
}
