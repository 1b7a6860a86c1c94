/** The one way by which an operation that starts or restores a domain gets at the passphrase, whatever the server's mode. */
import { CloudError } from "#base/errors.ts";
import type { SagaId, SecretId } from "#base/ids.ts";
import type { Server } from "../domain/server.ts";
import type { ComputeCtx } from "./deps.ts";
import { passphraseRead } from "./passphrase.ts";

/** What the saga of such an operation takes with it. */
export interface PassphraseGrant {
  readonly secretId: SecretId;
  /** For `sagaStart`. Undefined: the server's host keeps the passphrase, and the saga needs none. */
  readonly sealedBox: Uint8Array | undefined;
}

export interface PassphraseNeed {
  readonly sagaId: SagaId;
  /** As in the server's actions: `start`, `reboot`, `rebuild`. */
  readonly operation: string;
}

/**
 * Lets the caller use the passphrase of a server with a TPM, or refuses, while the caller waits and before anything
 * changes. Throws `forbidden` when the caller may not, `conflict` when the secret is gone.
 */
export async function passphraseFor(
  ctx: ComputeCtx,
  server: Server,
  need: PassphraseNeed,
): Promise<PassphraseGrant> {
  if (server.tpm === undefined)
    throw new CloudError("bug", "An internal error occurred.", { detail: `${server.id} has no TPM` });
  return await passphraseRead(ctx, server, need);
}
