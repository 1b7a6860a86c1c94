import { rm } from "node:fs/promises";
import { offRequire } from "./off-require.ts";
import type { Command } from "./command.ts";

export const configDriveDelete: Command<"configDriveDelete"> = async (context, { serverId }) => {
  await offRequire(context, serverId, "its config drive");
  await rm(context.paths.server(serverId).configDrive, { force: true });
  return {};
};
