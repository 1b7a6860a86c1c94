import type { Logger } from "#base/logger.ts";
import type { Database, Kept } from "#db/index.ts";
import type { Ctx } from "#http/index.ts";
import type { MasterKeyRing } from "../crypto/master-key-ring.ts";
import type { PayloadVault } from "../crypto/payload-vault.ts";
import type { Background } from "./background.ts";
import type { SealedValues } from "../domain/sealed-values.ts";
import type { SecretAcl } from "../domain/secret-acl.ts";
import type { Secret } from "../domain/secret.ts";

export interface AccessibleSecret {
  readonly secret: Secret;
  readonly acl: SecretAcl | undefined;
}

export interface KeyManagerDeps {
  readonly database: Database;
  /** By id. */
  readonly kept: Kept<AccessibleSecret>;
  readonly vault: PayloadVault;
  readonly orders: Pick<Background, "nudge" | "idle">;
  readonly rotations: Pick<Background, "nudge">;
  readonly ring: MasterKeyRing;
  /** Wherever something is kept that a master key wrapped, the other services' places too. */
  readonly sealedValues: readonly SealedValues[];
  readonly masterRotation: Pick<Background, "nudge">;
  /** Where audit events go: without the fields of a request, which each event names itself. */
  readonly log: Logger;
}

export type KeyManagerCtx = Ctx<KeyManagerDeps>;
