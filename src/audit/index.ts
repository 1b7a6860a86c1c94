import type { Clock } from "#base/clock.ts";
import { errorText } from "#base/errors.ts";
import type { Logger } from "#base/logger.ts";
import type { Database, Migrations } from "#db/index.ts";
import { sealstoneEnvelope, type Service } from "#http/index.ts";
import { createAudit, type Audit } from "./app/audit.ts";
import type { AuditDeps } from "./app/deps.ts";
import { auditPolicyRules } from "./policy-rules.ts";
import { auditPrune } from "./reconcilers/retention.ts";
import { auditRoutes } from "./routes.ts";
import { audit } from "./store/migrations/0045-audit.ts";

export { auditEventView } from "./api/events/view.ts";
export { createAudit } from "./app/audit.ts";
export type { Audit, AuditRecord } from "./app/audit.ts";
export { auditEventNames } from "./domain/audit-event.ts";
export type { AuditEntry, AuditEvent } from "./domain/audit-event.ts";
export { auditPolicyRules } from "./policy-rules.ts";

export const auditMigrations: Migrations = { "0045-audit": audit };

export interface AuditService {
  readonly service: Service<AuditDeps>;
  readonly audit: Audit;
  /** Deletes what is too old, now and every hour; nothing when all is kept. */
  start(): Promise<void>;
  stop(): void;
}

const pruneEveryMs = 60 * 60_000;

/** What was done with the passphrases of TPMs, at Sealstone's own API. */
export function createAuditService(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** Undefined: all events are kept for ever. */
  readonly retentionDays?: number | undefined;
}): AuditService {
  const { database, log, retentionDays } = options;
  let timer: NodeJS.Timeout | undefined;
  return {
    service: {
      type: "sealstone",
      prefix: "/sealstone",
      envelope: sealstoneEnvelope,
      routes: auditRoutes,
      policyRules: auditPolicyRules,
      deps: { database },
    },
    audit: createAudit(options),
    async start() {
      if (retentionDays === undefined) return;
      await auditPrune(options, retentionDays);
      timer = setInterval(() => {
        auditPrune(options, retentionDays).catch((error: unknown) =>
          log.error({ error: errorText(error) }, "old audit events could not be deleted"),
        );
      }, pruneEveryMs);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}
