import type { SagaId } from "#base/ids.ts";
import type { Server } from "../domain/server.ts";
import { tpmIntentDelete, tpmIntentInsert } from "../store/tpm-intents.ts";
import type { ComputeCtx } from "./deps.ts";
import { passphraseDelete, useOfRequest } from "./passphrase-audit.ts";
import { passphraseCreate, type SealedPassphrase } from "./passphrase.ts";

/**
 * A passphrase for a new TPM of a server that there is, and what begins with it. As when a server is made, an intent lets the
 * reaper find a passphrase that a crash left without its TPM; `begin` deletes the intent in its transaction.
 */
export async function withNewPassphrase<T>(
  ctx: ComputeCtx,
  server: Server,
  use: { readonly sagaId: SagaId; readonly operation: string },
  begin: (made: SealedPassphrase) => Promise<T>,
): Promise<T> {
  const { database } = ctx.deps;
  await database.transaction((tx) => tpmIntentInsert(tx, server.id, ctx.clock.now()));
  let made: SealedPassphrase | undefined;
  try {
    made = await passphraseCreate(ctx, server, use.sagaId, use.operation);
    return await begin(made);
  } catch (error) {
    // Without its id it may exist all the same: the intent stays for the reaper.
    if (made) {
      await passphraseDelete(ctx.deps, made.secretId, useOfRequest(ctx, server, use.operation));
      await database.transaction((tx) => tpmIntentDelete(tx, server.id));
    }
    throw error;
  }
}
