import { CloudError } from "#base/errors.ts";
import { fileSizeFind, passableFolderEnsure, syncToDisk } from "../files.ts";
import type { Command } from "./command.ts";

/** The image is this server's alone, so it is the disk itself, and nothing of it stays in the cache. */
export const diskFetch: Command<"diskFetch"> = async ({ images, paths }, message) => {
  const { serverId, image, kernel, ramdisk } = message;
  const { folder, disk } = paths.server(serverId);
  if (image.diskFormat !== "qcow2") {
    throw new CloudError(
      "invalid",
      `Image ${image.imageId} has disk_format ${image.diskFormat}; a server's own disk is qcow2.`,
    );
  }
  await Promise.all([
    kernel && images.ensure(kernel),
    ramdisk && images.ensure(ramdisk),
    passableFolderEnsure(folder),
  ]);
  if ((await fileSizeFind(disk)) !== undefined) return {};
  await images.fetchTo(image, disk);
  await syncToDisk(folder);
  return {};
};
