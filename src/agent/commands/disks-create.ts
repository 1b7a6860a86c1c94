import { rename, rm } from "node:fs/promises";
import { CloudError } from "#base/errors.ts";
import { fileSizeFind, passableFolderEnsure, syncToDisk } from "../files.ts";
import { overlayCreate } from "../images/qemu-img.ts";
import type { AgentContext } from "../agent-context.ts";
import type { Command, CommandMessage } from "./command.ts";

const gibibyte = 1024 ** 3;

export const disksCreate: Command<"disksCreate"> = async (context, message) => {
  await rootDiskMake(context, message, context.paths.server(message.serverId).disk);
  return {};
};

/** Fetches what is missing into the cache and makes the disk at `path`, whole or not at all; one that is there is kept. */
export async function rootDiskMake(
  { images, paths }: AgentContext,
  { serverId, image, kernel, ramdisk, rootGiB }: CommandMessage<"disksCreate">,
  path: string,
): Promise<void> {
  const { folder } = paths.server(serverId);
  const [base] = await Promise.all([
    images.ensure(image),
    kernel && images.ensure(kernel),
    ramdisk && images.ensure(ramdisk),
    passableFolderEnsure(folder),
  ]);
  if ((await fileSizeFind(path)) !== undefined) return;
  const size = diskSize(image.imageId, base.virtualSize, rootGiB);
  const draft = `${path}.part`;
  await rm(draft, { force: true });
  await overlayCreate(draft, base, size);
  await syncToDisk(draft);
  await rename(draft, path);
  await syncToDisk(folder);
}

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
