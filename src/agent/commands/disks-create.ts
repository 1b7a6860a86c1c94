import { rename, rm } from "node:fs/promises";
import { CloudError } from "#base/errors.ts";
import { fileSizeFind, passableFolderEnsure, syncToDisk } from "../files.ts";
import { overlayCreate } from "../images/qemu-img.ts";
import type { Command } from "./command.ts";

const gibibyte = 1024 ** 3;

export const disksCreate: Command<"disksCreate"> = async ({ images, paths }, message) => {
  const { serverId, image, kernel, ramdisk, rootGiB } = message;
  const { folder, disk } = paths.server(serverId);
  const [base] = await Promise.all([
    images.ensure(image),
    kernel && images.ensure(kernel),
    ramdisk && images.ensure(ramdisk),
    passableFolderEnsure(folder),
  ]);
  if ((await fileSizeFind(disk)) !== undefined) return {};
  const size = diskSize(image.imageId, base.virtualSize, rootGiB);
  const draft = `${disk}.part`;
  await rm(draft, { force: true });
  await overlayCreate(draft, base, size);
  await syncToDisk(draft);
  await rename(draft, disk);
  await syncToDisk(folder);
  return {};
};

/** A flavor without a root disk takes the image as large as it is (Nova: `root_gb` 0). */
function diskSize(imageId: string, virtualSize: number, rootGiB: number): number {
  const asked = rootGiB * gibibyte;
  if (rootGiB === 0) return virtualSize;
  if (virtualSize <= asked) return asked;
  throw new CloudError(
    "invalid",
    `Flavor's disk is too small for requested image. Flavor disk is ${asked} bytes, image ${imageId} is ${virtualSize} bytes. ` +
      "Choose a flavor with a larger disk.",
  );
}
