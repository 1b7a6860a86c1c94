import { rename, rm } from "node:fs/promises";
import { passableFolderEnsure, syncToDisk } from "../files.ts";
import { overlayCreate } from "../images/qemu-img.ts";
import { offRequireRescued } from "./off-require.ts";
import type { Command } from "./command.ts";

/** As large as its image, as Nova's: what it is for is on the server's own disk. */
export const rescueDiskCreate: Command<"rescueDiskCreate"> = async (context, message) => {
  const { serverId, image, kernel, ramdisk } = message;
  const { folder, rescueDisk } = context.paths.server(serverId);
  await offRequireRescued(context, serverId, rescueDisk);
  const { images } = context;
  const [base] = await Promise.all([
    images.ensure(image),
    kernel && images.ensure(kernel),
    ramdisk && images.ensure(ramdisk),
    passableFolderEnsure(folder),
  ]);
  const draft = `${rescueDisk}.part`;
  await rm(draft, { force: true });
  await overlayCreate(draft, base, base.virtualSize);
  await syncToDisk(draft);
  await rename(draft, rescueDisk);
  await syncToDisk(folder);
  return {};
};
