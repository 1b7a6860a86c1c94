import { rename, rm } from "node:fs/promises";
import { fileSizeFind, syncToDisk } from "../files.ts";
import type { Command } from "./command.ts";
import { rootDiskMake } from "./disks-create.ts";
import { exchangeEnd } from "./exchange-end.ts";
import { offRequire } from "./off-require.ts";

/** Fetches and makes all that is new while the server still runs on what it has. */
export const disksPrepare: Command<"disksPrepare"> = async (context, message) => {
  const { nextDisk, previousDisk } = context.paths.server(message.serverId);
  // The exchange is done, and this came once more.
  if ((await fileSizeFind(previousDisk)) === undefined) await rootDiskMake(context, message, nextDisk);
  return {};
};

/**
 * By renames: what is there after a crash tells how far it came. A server that lost its disk gets the new one. The ephemeral disk steps
 * aside, and `domainDefine` makes a new one, unless it is to be kept.
 */
export const disksSwap: Command<"disksSwap"> = async (context, { serverId, keepEphemeral }) => {
  const { folder, nextDisk, ephemeral, ...root } = context.paths.server(serverId);
  await offRequire(context, serverId, "its disk");
  if ((await fileSizeFind(nextDisk)) === undefined) return {};
  for (const { disk, previousDisk } of keepEphemeral === true ? [root] : [ephemeral, root]) {
    if ((await fileSizeFind(previousDisk)) !== undefined || (await fileSizeFind(disk)) === undefined)
      continue;
    await rename(disk, previousDisk);
    await syncToDisk(folder);
  }
  await rename(nextDisk, root.disk);
  await syncToDisk(folder);
  return {};
};

export const disksSwapEnd: Command<"disksSwapEnd"> = async (context, { serverId, keep }) => {
  const { nextDisk, ephemeral, ...root } = context.paths.server(serverId);
  await rm(nextDisk, { force: true });
  const exchanged = [ephemeral, root].map(({ disk, previousDisk }) => ({ disk, aside: previousDisk }));
  await exchangeEnd(context, { serverId, keep, exchanged });
  return {};
};
