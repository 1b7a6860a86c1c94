import type { Logger } from "#base/logger.ts";
import type { ComputeDeps } from "../app/deps.ts";
import type { PassphraseOrphans } from "../app/passphrase-orphans.ts";
import { deletedServersForget } from "./deleted-servers.ts";
import { hostBootStarts } from "./host-boot.ts";
import { imageTpmsReap } from "./image-tpms.ts";
import { passphraseIntentsReap } from "./passphrase-intents.ts";
import { powerStatesReconcile } from "./power-states.ts";
import { resizesConfirm } from "./resizes.ts";
import { shelvedServersOffload } from "./shelved-servers.ts";
import { softDeletedReclaim } from "./soft-deleted.ts";
import { endedSagasPrune, stuckSagasRetry } from "./stuck-sagas.ts";

/** So late at most is noticed what no event tells. */
const lookEveryMs = 60_000;

/** Runs each reconciler again and again; returns what ends that. */
export function reconcilePeriodically(deps: ComputeDeps, orphans: PassphraseOrphans): () => void {
  const stops = [
    repeat(deps.log, lookEveryMs, async () => {
      await powerStatesReconcile(deps);
      await hostBootStarts(deps);
      await passphraseIntentsReap(deps);
      await imageTpmsReap(deps);
      await stuckSagasRetry(deps);
      await endedSagasPrune(deps);
      await deletedServersForget(deps);
      await orphans.sweepOwn();
    }),
    repeat(deps.log, shortestWaitMs(deps), async () => {
      await resizesConfirm(deps);
      await softDeletedReclaim(deps);
      await shelvedServersOffload(deps);
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

/** What waits for the end of a short time of sealstone.conf waits twice that at most. */
function shortestWaitMs({ intervals, shelvedOffloadTimeS }: ComputeDeps): number {
  const waitsS = [intervals.resizeConfirmS, intervals.reclaimS, shelvedOffloadTimeS];
  return Math.min(lookEveryMs, ...waitsS.filter((waitS) => waitS > 0).map((waitS) => waitS * 1_000));
}

/** Not beside itself, when it takes longer than that. */
function repeat(log: Logger, everyMs: number, work: () => Promise<void>): () => void {
  let works = false;
  const timer = setInterval(() => {
    if (works) return;
    works = true;
    work()
      .catch((error: unknown) => log.error({ error: String(error) }, "a reconciler failed"))
      .finally(() => {
        works = false;
      });
  }, everyMs).unref();
  return () => clearInterval(timer);
}
