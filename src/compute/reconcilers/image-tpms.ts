import type { ComputeSagaDeps } from "../app/deps.ts";
import { imageTpmForget } from "../app/image-tpm.ts";
import { imageTpmList } from "../store/image-tpms.ts";

/** No request takes this long from the row to the image. */
const abandonedAfterMs = 5 * 60_000;

/**
 * The TPMs of images that are gone, or that never came to be, go with their passphrases. `allOlderThan`: at start, every
 * image that is not there was never made.
 */
export async function imageTpmsReap(deps: ComputeSagaDeps, allOlderThan?: number): Promise<void> {
  const { database, image, clock, log } = deps;
  const before = allOlderThan ?? clock.now() - abandonedAfterMs;
  for (const tpm of await imageTpmList(database.db)) {
    const isNew = tpm.secretId === undefined && tpm.createdAt >= before;
    if (isNew || (await image.keeper.find(tpm.imageId))) continue;
    await imageTpmForget(deps, tpm);
    log.info({ imageId: tpm.imageId }, "the TPM of a deleted image is gone");
  }
}
