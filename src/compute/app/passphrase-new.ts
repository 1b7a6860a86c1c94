import { CloudError, errorText } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import type { Server, ServerTpm } from "../domain/server.ts";
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

export interface PassphraseWanted {
  readonly server: PassphraseOwner;
  readonly use: PassphraseFor;
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
  return withNewPassphrases(
    ctx,
    [{ server, use }],
    ([made]) => begin(made as NewPassphrase),
    () => 1,
  );
}

/** As {@link withNewPassphrase}, for many. `used`: with how many of them, from the first on, something has begun; the others go. */
export async function withNewPassphrases<T>(
  ctx: ComputeCtx,
  wanted: readonly PassphraseWanted[],
  begin: (made: readonly NewPassphrase[]) => Promise<T>,
  used: (begun: T) => number,
): Promise<T> {
  await intentsInsert(ctx, wanted);
  const made: NewPassphrase[] = [];
  try {
    for (const { server, use } of wanted) {
      const sealed = await passphraseCreate(ctx, server, use);
      made.push({ ...sealed, fulfil: (tx) => passphraseIntentFulfil(tx, use.sagaId) });
    }
    const begun = await begin(made);
    const count = used(begun);
    for (const [index, one] of wanted.entries()) if (index >= count) await undo(ctx, one, made[index]);
    return begun;
  } catch (error) {
    // The one that was being stored may exist all the same, without its id: its intent stays for the reaper.
    const lost = surelyNotStored(error) ? undefined : wanted[made.length];
    for (const [index, one] of wanted.entries()) if (one !== lost) await undo(ctx, one, made[index]);
    throw error;
  }
}

async function intentsInsert(ctx: ComputeCtx, wanted: readonly PassphraseWanted[]): Promise<void> {
  const { database, clock, ownerId } = ctx.deps;
  await database.transaction(async (tx) => {
    for (const { server, use } of wanted) {
      const owner = ownerOf(ctx, server);
      await passphraseIntentInsert(tx, {
        id: use.sagaId,
        server_id: server.id,
        image_id: use.imageId ?? null,
        project_id: owner.projectId,
        user_id: owner.userId,
        owner_id: ownerId,
        created_at: clock.now(),
      });
    }
  });
}

/** What cannot be cleaned up now is left to the reaper; the caller learns of the first error. */
async function undo(
  ctx: ComputeCtx,
  { server, use: { sagaId, operation, imageId } }: PassphraseWanted,
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
