import type { Db } from "#db/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import { passphraseDelete, type PassphraseUse } from "../app/passphrase-audit.ts";
import { passphraseSecretName } from "../app/passphrase.ts";
import { serverMigrationFindOpen } from "../store/server-migrations.ts";
import { rebuildFind } from "../store/rebuilds.ts";
import { serverFind } from "../store/servers.ts";
import { tpmIntentDelete, tpmIntentListBefore } from "../store/tpm-intents.ts";

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

/** Of the TPM that the server has, and of those that a resize or a rebuild keeps. */
async function secretsInUse(db: Db, serverId: string): Promise<ReadonlySet<string | undefined>> {
  const [server, resize] = [await serverFind(db, serverId), await serverMigrationFindOpen(db, serverId)];
  const rebuild = await rebuildFind(db, serverId);
  const all = [server?.tpm, ...[resize, rebuild].flatMap((change) => [change?.old.tpm, change?.new.tpm])];
  return new Set(all.map((tpm) => tpm?.secretId));
}

/**
 * Deletes passphrases that were stored for servers, or for new TPMs of servers, which never came to be. `allOlderThan`: at start, every
 * intent is of a process that is gone.
 */
export async function tpmIntentsReap(deps: ComputeSagaDeps, allOlderThan?: number): Promise<void> {
  const { database, secrets, clock, log } = deps;
  const before = allOlderThan ?? clock.now() - abandonedAfterMs;
  for (const { server_id: serverId } of await tpmIntentListBefore(database.db, before)) {
    const used = await secretsInUse(database.db, serverId);
    const all = await secrets.findByName(passphraseSecretName(serverId));
    const orphans = all.filter((secretId) => !used.has(secretId));
    for (const secretId of orphans) {
      await passphraseDelete(deps, secretId, useOfReaper(serverId));
      log.warn({ serverId, secretId }, "deleted the TPM passphrase of a server that was never made");
    }
    await database.transaction((tx) => tpmIntentDelete(tx, serverId));
  }
}
