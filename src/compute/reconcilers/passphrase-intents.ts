import type { Tx } from "#db/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { passphraseDelete, type PassphraseUse } from "../app/passphrase-audit.ts";
import { passphrasesInUse } from "../app/passphrase-orphans.ts";
import { passphraseSecretName } from "../app/passphrase.ts";
import {
  passphraseIntentDelete,
  passphraseIntentSome,
  passphraseIntentTake,
  type PassphraseIntent,
} from "../store/passphrase-intents.ts";
import { passphraseOrphanInsert } from "../store/passphrase-orphans.ts";

/** No request takes this long from the intent to what it is for: an external key manager is waited for ten minutes at most. */
const abandonedAfterMs = 15 * 60_000;

/** Whose it was, the event of its making says. */
function useOfReaper(serverId: string): PassphraseUse {
  const nobody = {
    userId: undefined,
    projectId: undefined,
    ownerUserId: undefined,
    ownerProjectId: undefined,
  };
  return { operation: "reap", requestId: undefined, serverId, ...nobody };
}

/**
 * Deletes passphrases that were stored for servers, for new TPMs of servers, or for images that never came to be. An external key
 * manager shows and deletes nothing without a token: there each intent becomes an orphan. `ownerId`: at the start of that control
 * plane, when all that it had under way is of a process that is gone; the requests of others go on.
 */
export async function passphraseIntentsReap(deps: ComputeSagaDeps, ownerId?: string): Promise<void> {
  const { database, secrets, clock, log } = deps;
  if (!(await passphraseIntentSome(database.db))) return;
  const before = clock.now() - abandonedAfterMs;
  const taken = await database.transaction((tx) => passphraseIntentTake(tx, { before, ownerId }));
  for (const intent of taken) {
    const { id, server_id: serverId, image_id: image } = intent;
    const of = { serverId, imageId: image ?? undefined };
    const used = await passphrasesInUse(database.db, of);
    const found = await secrets.findByName(passphraseSecretName(of));
    for (const secretId of found?.filter((one) => !used.has(one)) ?? []) {
      await passphraseDelete(deps, secretId, useOfReaper(serverId), of);
      log.warn({ ...of, secretId }, "deleted a TPM passphrase of what was never made");
    }
    await database.transaction(async (tx) => {
      if (found === undefined) await orphanOfIntent(tx, intent);
      await passphraseIntentDelete(tx, id);
    });
    if (found === undefined)
      log.warn(
        of,
        "a server, its new TPM or an image was never made; its passphrase may be in the key manager",
      );
  }
}

/** Intents that do not know their owner are of a time when all passphrases were in the embedded key manager. */
async function orphanOfIntent(tx: Tx, intent: PassphraseIntent): Promise<void> {
  const { server_id: serverId, image_id: image, project_id: projectId, user_id: userId } = intent;
  if (projectId === null || userId === null) return;
  const [imageId, what] =
    image === null ? [undefined, "The server, or its new TPM,"] : [image, "The image with a copy of the TPM"];
  const reason = `${what} was never made: whether its passphrase was stored is not known.`;
  const { created_at: createdAt } = intent;
  await passphraseOrphanInsert(tx, {
    serverId,
    imageId,
    secretId: undefined,
    projectId,
    userId,
    reason,
    createdAt,
  });
}
