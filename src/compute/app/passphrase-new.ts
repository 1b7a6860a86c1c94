import { errorText } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import {
  passphraseIntentDelete,
  passphraseIntentFulfil,
  passphraseIntentInsert,
} from "../store/passphrase-intents.ts";
import type { ComputeCtx } from "./deps.ts";
import { ownerOf, passphraseDelete, useOfRequest, type PassphraseOwner } from "./passphrase-audit.ts";
import {
  passphraseCreate,
  surelyNotStored,
  type PassphraseFor,
  type SealedPassphrase,
} from "./passphrase.ts";

export interface NewPassphrase extends SealedPassphrase {
  /** In the transaction that begins what it is for. Throws `unavailable` when a reaper has given the request up. */
  readonly fulfil: (tx: Tx) => Promise<void>;
}

/**
 * A passphrase for a new TPM (`server.tpm`), or for an image's copy of it, and what begins with it. It exists before that does: an
 * intent lets the reaper find a passphrase that a crash left alone, or a store whose answer was lost.
 */
export async function withNewPassphrase<T>(
  ctx: ComputeCtx,
  server: PassphraseOwner,
  use: PassphraseFor,
  begin: (made: NewPassphrase) => Promise<T>,
): Promise<T> {
  const { database, clock, ownerId } = ctx.deps;
  const { sagaId: id, imageId } = use;
  const owner = ownerOf(ctx, server);
  await database.transaction((tx) =>
    passphraseIntentInsert(tx, {
      id,
      server_id: server.id,
      image_id: imageId ?? null,
      project_id: owner.projectId,
      user_id: owner.userId,
      owner_id: ownerId,
      created_at: clock.now(),
    }),
  );
  let made: SealedPassphrase | undefined;
  try {
    made = await passphraseCreate(ctx, server, use);
    return await begin({ ...made, fulfil: (tx) => passphraseIntentFulfil(tx, id) });
  } catch (error) {
    // Without its id it may exist all the same: the intent stays for the reaper.
    if (made || surelyNotStored(error)) await undo(ctx, server, use, made);
    throw error;
  }
}

/** What cannot be cleaned up now is left to the reaper; the caller learns of the first error. */
async function undo(
  ctx: ComputeCtx,
  server: PassphraseOwner,
  { sagaId, operation, imageId }: PassphraseFor,
  made: SealedPassphrase | undefined,
): Promise<void> {
  try {
    const { token } = ctx.caller;
    if (made)
      await passphraseDelete(ctx.deps, made.secretId, useOfRequest(ctx, server, operation), {
        token,
        imageId,
      });
    await ctx.deps.database.transaction((tx) => passphraseIntentDelete(tx, sagaId));
  } catch (error) {
    ctx.log.warn(
      { serverId: server.id, imageId, secretId: made?.secretId, error: errorText(error) },
      "the passphrase of a refused request is left to the reaper",
    );
  }
}
