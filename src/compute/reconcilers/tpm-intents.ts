import type { Tx } from "#db/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { passphraseOrphanInsert } from "../store/passphrase-orphans.ts";
import { passphraseDelete, type PassphraseUse } from "../app/passphrase-audit.ts";
import { passphrasesInUse } from "../app/passphrase-orphans.ts";
import { passphraseSecretName } from "../app/passphrase.ts";
import { tpmIntentDelete, tpmIntentListBefore, type TpmIntent } from "../store/tpm-intents.ts";

/** No request takes this long from the intent to the server's row. */
const abandonedAfterMs = 5 * 60_000;

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
 * Deletes passphrases that were stored for servers, or for new TPMs of servers, which never came to be. An external key manager shows
 * and deletes nothing without a token: there each intent becomes an orphan. `allOlderThan`: at start, every intent is of a process that
 * is gone.
 */
export async function tpmIntentsReap(deps: ComputeSagaDeps, allOlderThan?: number): Promise<void> {
  const { database, secrets, clock, log } = deps;
  const before = allOlderThan ?? clock.now() - abandonedAfterMs;
  for (const intent of await tpmIntentListBefore(database.db, before)) {
    const serverId = intent.server_id;
    const used = await passphrasesInUse(database.db, serverId);
    const found = await secrets.findByName(passphraseSecretName(serverId));
    for (const secretId of found?.filter((id) => !used.has(id)) ?? []) {
      await passphraseDelete(deps, secretId, useOfReaper(serverId));
      log.warn({ serverId, secretId }, "deleted the TPM passphrase of a server that was never made");
    }
    await database.transaction(async (tx) => {
      if (found === undefined) await orphanOfIntent(tx, intent);
      await tpmIntentDelete(tx, serverId);
    });
    if (found === undefined)
      log.warn(
        { serverId },
        "a server, or its new TPM, was never made; its passphrase may be in the key manager",
      );
  }
}

/** Intents that do not know their owner are of a time when all passphrases were in the embedded key manager. */
async function orphanOfIntent(tx: Tx, intent: TpmIntent): Promise<void> {
  const { server_id: serverId, project_id: projectId, user_id: userId, created_at: createdAt } = intent;
  if (projectId === null || userId === null) return;
  const reason =
    "The server, or its new TPM, was never made: whether its passphrase was stored is not known.";
  await passphraseOrphanInsert(tx, { serverId, secretId: undefined, projectId, userId, reason, createdAt });
}
