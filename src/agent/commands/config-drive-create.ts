import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { Parse } from "typebox/value";
import { wipe } from "#base/secret.ts";
import { ConfigDriveInjection, configDriveAssociatedData } from "#bus/index.ts";
import { boxOpen } from "#seal/index.ts";
import { configDriveFiles } from "../config-drive/files.ts";
import { isoImage } from "../config-drive/iso9660.ts";
import { fileSizeFind, passableFolderEnsure, syncToDisk } from "../files.ts";
import type { AgentContext } from "../agent-context.ts";
import type { Command } from "./command.ts";

/** cloud-init finds the drive by this label. */
const label = "config-2";

export const configDriveCreate: Command<"configDriveCreate"> = async (context, message) => {
  const { serverId, facts, rescue, renew = false } = message;
  const { folder, ...server } = context.paths.server(serverId);
  const path = rescue ? server.rescueConfigDrive : server.configDrive;
  if (!rescue && !renew && (await fileSizeFind(path)) !== undefined) return {};
  await passableFolderEnsure(folder);
  const injection = await injectionOpen(context, serverId, message.injected);
  const image = isoImage(label, configDriveFiles(serverId, facts, injection), new Date(context.clock.now()));
  try {
    const draft = `${path}.part`;
    await rm(draft, { force: true });
    await secretWrite(draft, image);
    await rename(draft, path);
    await syncToDisk(folder);
  } finally {
    wipe(image);
  }
  return {};
};

/** It may hold a password: root's until libvirt gives it to QEMU's user. */
async function secretWrite(path: string, bytes: Uint8Array): Promise<void> {
  await using file: FileHandle = await open(path, "wx", 0o600);
  await file.writeFile(bytes);
  await file.sync();
}

async function injectionOpen(
  { key }: AgentContext,
  serverId: string,
  box: string | undefined,
): Promise<ConfigDriveInjection> {
  if (box === undefined) return { files: [] };
  const json = await boxOpen(key, box, configDriveAssociatedData(serverId));
  try {
    return Parse(ConfigDriveInjection, JSON.parse(json.toString("utf8")));
  } finally {
    wipe(json);
  }
}
