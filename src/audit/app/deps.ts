import type { Database } from "#db/index.ts";
import type { Ctx } from "#http/index.ts";

export interface AuditDeps {
  readonly database: Database;
}

export type AuditCtx = Ctx<AuditDeps>;
