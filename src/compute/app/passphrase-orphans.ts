import { errorText, isCloudError, type CloudError } from "#base/errors.ts";
import { newRequestId, type SecretId } from "#base/ids.ts";
import type { Secret } from "#base/secret.ts";
import type { Db, Kept } from "#db/index.ts";
import { imageTpmFind } from "../store/image-tpms.ts";
import { rebuildFind } from "../store/rebuilds.ts";
import { serverMigrationFindOpen } from "../store/server-migrations.ts";
import { serverFind } from "../store/servers.ts";
import {
  passphraseOrphanDelete,
  passphraseOrphanId,
  passphraseOrphanList,
  type PassphraseOrphan,
} from "../store/passphrase-orphans.ts";
import type { ComputeCtx, ComputeSagaDeps } from "./deps.ts";
import type { PassphraseUse } from "./passphrase-audit.ts";
import { passphraseSecretName, type PassphraseOf } from "./passphrase.ts";

/** What is looked at with one request. */
const atOnce = 20;
/** Somebody who may not delete it now may hardly do so a moment later. */
const refusedForMs = 60 * 60_000;
/** The key manager is away: nobody asks it again so soon. */
const awayForMs = 60_000;
const rememberedRefusals = 10_000;

type Asked = Pick<ComputeCtx, "caller" | "requestId">;

/** Passphrases in an external key manager that outlived their servers, for those who may delete them. */
export interface PassphraseOrphans {
  /** With the token of whoever asks for something: their project's orphans are deleted, in the background. */
  sweep(asked: Asked): void;
  /** The same of the cloud's own, for whom nobody comes by. */
  sweepOwn(): Promise<void>;
  /** Resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/** Operators see all of them. */
export async function passphraseOrphansOf(
  ctx: ComputeCtx,
  page: { readonly limit: number; readonly offset: number },
): Promise<PassphraseOrphan[]> {
  return passphraseOrphanList(ctx.deps.database.db, page);
}

export function createPassphraseOrphans(deps: ComputeSagaDeps): PassphraseOrphans {
  const kept: Kept<readonly PassphraseOrphan[]> = deps.database.kept({
    dependsOn: ({ table }) => table === "compute_passphrase_orphans",
    load: (projectId, db) => passphraseOrphanList(db, { projectId, limit: atOnce }),
    limit: 1_000,
  });
  const running = new Map<string, Promise<void>>();
  const refusals = new Map<string, number>();
  let awayUntil = 0;
  let stopped = false;

  async function sweepProject(asked: Asked, projectId: string): Promise<void> {
    const { userId, token } = asked.caller;
    for (const orphan of (await kept.get(projectId)) ?? []) {
      const now = deps.clock.now();
      const refusal = `${userId} ${passphraseOrphanId(orphan)}`;
      if (stopped || now < awayUntil) return;
      if ((refusals.get(refusal) ?? 0) > now) continue;
      const refused = await orphanDelete(deps, orphan, {
        token,
        userId,
        projectId,
        requestId: asked.requestId,
      });
      if (!refused) continue;
      if (isCloudError(refused, "forbidden")) {
        if (refusals.size >= rememberedRefusals) refusals.clear();
        refusals.set(refusal, now + refusedForMs);
      } else awayUntil = deps.clock.now() + awayForMs;
    }
  }

  const swept: PassphraseOrphans = {
    async sweepOwn() {
      const { projectId, caller } = deps.cloudAccount;
      if (deps.secrets.deletesAs === "cloud" || ((await kept.get(projectId)) ?? []).length === 0) return;
      try {
        swept.sweep({ caller: await caller(), requestId: newRequestId() });
      } catch (error) {
        deps.log.warn(
          { error: errorText(error) },
          "the cloud's own passphrases left behind were not looked at",
        );
      }
    },
    sweep(asked) {
      const { projectId } = asked.caller;
      if (stopped || projectId === undefined || deps.secrets.deletesAs === "cloud") return;
      if (running.has(projectId) || deps.clock.now() < awayUntil) return;
      const work = sweepProject(asked, projectId)
        .catch((error: unknown) => {
          deps.log.warn({ projectId, error: errorText(error) }, "passphrases left behind were not looked at");
        })
        .finally(() => running.delete(projectId));
      running.set(projectId, work);
    },
    async stop() {
      stopped = true;
      await Promise.all(running.values());
    },
  };
  return swept;
}

interface Sweeper {
  readonly token: Secret<string>;
  readonly userId: string;
  readonly projectId: string;
  readonly requestId: string;
}

/** Undefined when nothing of it is left; else what the key manager said. */
async function orphanDelete(
  deps: ComputeSagaDeps,
  orphan: PassphraseOrphan,
  by: Sweeper,
): Promise<CloudError | undefined> {
  const { serverId } = orphan;
  try {
    for (const secretId of await secretsOf(deps, orphan, by.token)) {
      const use = useOfSweep(orphan, by);
      const record = deps.audit.record({ ...use, secretId, event: "deleted", result: "success" });
      const refused = await deps.secrets.deleteAsService(
        secretId,
        by.requestId,
        (tx) => record.insert(tx),
        by.token,
      );
      if (refused) return refused;
      record.tell();
      deps.log.info({ serverId, secretId, requestId: by.requestId }, "deleted a passphrase left behind");
    }
  } catch (error) {
    if (isCloudError(error)) return error;
    throw error;
  }
  await deps.database.transaction((tx) => passphraseOrphanDelete(tx, orphan));
  return undefined;
}

async function secretsOf(
  { secrets, database }: ComputeSagaDeps,
  { secretId, serverId, imageId }: PassphraseOrphan,
  token: Secret<string>,
): Promise<readonly SecretId[]> {
  if (secretId !== undefined) return [secretId];
  const found = (await secrets.findByName(passphraseSecretName({ serverId, imageId }), token)) ?? [];
  // What it was for came to be after all, or the server has another TPM.
  const used = await passphrasesInUse(database.db, { serverId, imageId });
  return found.filter((id) => !used.has(id));
}

/** Of the TPM that the server has, and of those that a resize or a rebuild keeps; or of the image. */
export async function passphrasesInUse(
  db: Db,
  { serverId, imageId }: PassphraseOf,
): Promise<ReadonlySet<string | undefined>> {
  if (imageId !== undefined) return new Set([(await imageTpmFind(db, imageId))?.secretId]);
  const [server, resize] = [await serverFind(db, serverId), await serverMigrationFindOpen(db, serverId)];
  const rebuild = await rebuildFind(db, serverId);
  const all = [server?.tpm, ...[resize, rebuild].flatMap((change) => [change?.old.tpm, change?.new.tpm])];
  return new Set(all.map((tpm) => tpm?.secretId));
}

function useOfSweep(orphan: PassphraseOrphan, by: Sweeper): PassphraseUse {
  return {
    operation: "reap",
    requestId: by.requestId,
    userId: by.userId,
    projectId: by.projectId,
    ownerUserId: orphan.userId,
    ownerProjectId: orphan.projectId,
    serverId: orphan.serverId,
  };
}
