import { rm } from "node:fs/promises";
import { offRequireRescued } from "./off-require.ts";
import type { Command } from "./command.ts";

export const rescueDiskDelete: Command<"rescueDiskDelete"> = async (context, { serverId }) => {
  const { rescueDisk, rescueConfigDrive } = context.paths.server(serverId);
  await offRequireRescued(context, serverId, rescueDisk);
  await Promise.all([rescueDisk, rescueConfigDrive].map((path) => rm(path, { force: true })));
  return {};
};
