import { rm } from "node:fs/promises";
import type { Command } from "./command.ts";

/** The domain of the server has none, or is gone. */
export const configDriveDelete: Command<"configDriveDelete"> = async (context, { serverId }) => {
  await rm(context.paths.server(serverId).configDrive, { force: true });
  return {};
};
