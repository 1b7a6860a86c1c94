import type { Logger } from "#base/logger.ts";
import type { Database } from "#db/index.ts";
import type { Ctx } from "#http/index.ts";
import type { PayloadVault } from "../crypto/payload-vault.ts";

export interface KeyManagerDeps {
  readonly database: Database;
  readonly vault: PayloadVault;
  /** Where audit events go: without the fields of a request, which each event names itself. */
  readonly log: Logger;
}

export type KeyManagerCtx = Ctx<KeyManagerDeps>;
