import { CloudError } from "#base/errors.ts";
import type { SagaId } from "#base/ids.ts";
import type { Server, ServerTpm } from "../domain/server.ts";
import { tpmIntentDelete, tpmIntentInsert } from "../store/tpm-intents.ts";
import type { ComputeCtx } from "./deps.ts";
import { intentOf, passphraseDelete, useOfRequest, type PassphraseOwner } from "./passphrase-audit.ts";
import { passphraseCreate, surelyNotStored, type SealedPassphrase } from "./passphrase.ts";

/** A new passphrase is the caller's, so the caller is of the server's project; in the mode `deployment` it is the cloud's own. */
export function newPassphrasePermit(
  ctx: ComputeCtx,
  server: Pick<Server, "projectId">,
  tpm: Pick<ServerTpm, "secretSecurity">,
): void {
  if (tpm.secretSecurity === "deployment" || ctx.caller.projectId === server.projectId) return;
  throw new CloudError(
    "forbidden",
    "The passphrase of the new TPM would belong to your project and not to the server's: ask as a member of that project.",
  );
}

/**
 * A passphrase for a new TPM (`server.tpm`) of a server that there is, and what begins with it. As when a server is made, an intent lets the
 * reaper find a passphrase that a crash left without its TPM; `begin` deletes the intent in its transaction.
 */
export async function withNewPassphrase<T>(
  ctx: ComputeCtx,
  server: PassphraseOwner,
  use: { readonly sagaId: SagaId; readonly operation: string },
  begin: (made: SealedPassphrase) => Promise<T>,
): Promise<T> {
  const { database } = ctx.deps;
  await database.transaction((tx) => tpmIntentInsert(tx, intentOf(ctx, server), ctx.clock.now()));
  let made: SealedPassphrase | undefined;
  try {
    made = await passphraseCreate(ctx, server, use.sagaId, use.operation);
    return await begin(made);
  } catch (error) {
    // Without its id it may exist all the same: the intent stays for the reaper.
    if (surelyNotStored(error) && !made) await database.transaction((tx) => tpmIntentDelete(tx, server.id));
    if (made) {
      const undone = useOfRequest(ctx, server, use.operation);
      await passphraseDelete(ctx.deps, made.secretId, undone, ctx.caller.token);
      await database.transaction((tx) => tpmIntentDelete(tx, server.id));
    }
    throw error;
  }
}
