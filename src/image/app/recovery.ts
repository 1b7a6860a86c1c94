import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import { imageDataList, imageUploadsReset } from "../store/images.ts";
import type { ImageDeps } from "./deps.ts";

/**
 * Before requests are served: uploads that a stopped process left half-done are queued again, and files that
 * belong to no image are removed. The folder must be this process's alone.
 */
export async function imageRecover(deps: ImageDeps, clock: Clock, log: Logger): Promise<void> {
  const uploads = await deps.database.transaction((tx) => imageUploadsReset(tx, clock.now()));
  const files = await deps.folder.removeAllBut(await imageDataList(deps.database.db));
  if (uploads + files > 0) log.info({ uploads, files }, "half-done image uploads cleaned up");
}
