import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { isAbsent } from "../files.ts";
import { offRequire } from "./off-require.ts";
import { folderRemoveIfEmpty } from "./folder-remove.ts";
import type { Command } from "./command.ts";

/** Disk and console logs; what is known of the TPM goes with the TPM. */
export const disksDelete: Command<"disksDelete"> = async (context, { serverId }) => {
  const server = context.paths.server(serverId);
  await offRequire(context, serverId, "its disks");
  const names = await readdir(server.folder).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
  const doomed = names.filter((name) => name !== basename(server.tpmRecords));
  await Promise.all(doomed.map((name) => rm(join(server.folder, name), { recursive: true, force: true })));
  await folderRemoveIfEmpty(server.folder);
  return {};
};
