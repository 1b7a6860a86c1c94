import type { ComputeSagaDeps } from "../app/deps.ts";
import { imageTpmForget } from "../app/image-tpm.ts";
import { imageTpmList } from "../store/image-tpms.ts";

/** The TPMs of images that are gone go with their passphrases. */
export async function imageTpmsReap(deps: ComputeSagaDeps): Promise<void> {
  const { database, image, log } = deps;
  for (const tpm of await imageTpmList(database.db)) {
    if (await image.keeper.find(tpm.imageId)) continue;
    await imageTpmForget(deps, tpm);
    log.info({ imageId: tpm.imageId }, "the TPM of a deleted image is gone");
  }
}
