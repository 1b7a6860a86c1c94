/** The one way by which an operation that starts or restores a domain gets at the passphrase, whatever the server's mode. */
import { CloudError } from "#base/errors.ts";
import type { SecretId } from "#base/ids.ts";
import type { Server } from "../domain/server.ts";
import type { ComputeCtx } from "./deps.ts";
import { passphraseRead } from "./passphrase.ts";
import { tpmStartCheck, type PassphraseNeed } from "./tpm-start-check.ts";

export type { PassphraseNeed } from "./tpm-start-check.ts";

/** What the saga of such an operation takes with it. */
export interface PassphraseGrant {
  readonly secretId: SecretId;
  /** For `sagaStart`. Undefined: the server's host keeps the passphrase, and the saga needs none. */
  readonly sealedBox: Uint8Array | undefined;
}

/** Who may start a server of the mode `host` by the passphrase that its host keeps, without asking the key manager. */
const hostPassphraseRule = "sealstone:tpm:host_passphrase";

/**
 * Lets the caller use the passphrase of a server with a TPM, or refuses, while the caller waits and before anything
 * changes. Throws `forbidden` when the caller may not; `conflict` when the secret is gone, or when the host says that it would not
 * start the server with the TPM or the memory image that it has.
 */
export async function passphraseFor(
  ctx: ComputeCtx,
  server: Server,
  need: PassphraseNeed,
): Promise<PassphraseGrant> {
  const { id, tpm, projectId, userId } = server;
  if (tpm === undefined)
    throw new CloudError("bug", "An internal error occurred.", { detail: `${id} has no TPM` });
  const { secretId, secretSecurity } = tpm;
  const target = { project_id: projectId, user_id: userId };
  if (secretSecurity === "host" && ctx.allows(hostPassphraseRule, target)) {
    const checked = await tpmStartCheck(ctx, { ...server, tpm }, need, undefined);
    // A host that does not answer has its say when the saga asks it: it kept the passphrase at the first start.
    if (checked === undefined || checked.keepsPassphrase) return { secretId, sealedBox: undefined };
  }
  const sealed = await passphraseRead(ctx, server, need);
  await tpmStartCheck(ctx, { ...server, tpm }, need, sealed.sealedBox);
  return sealed;
}
