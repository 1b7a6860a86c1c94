import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { ServerPaths } from "../agent-paths.ts";
import { fileSizeFind, syncToDisk } from "../files.ts";
import { vtpmSecretFind, vtpmSecretRemove } from "../tpm/libvirt-secret.ts";
import { folderRemoveIfEmpty } from "./folder-remove.ts";
import { offRequire } from "./off-require.ts";
import type { Command } from "./command.ts";

/** The two places that a TPM takes, and where each is put aside. */
function places({ tpmState, tpmRecords, parkedTpm }: ServerPaths): readonly (readonly [string, string])[] {
  return [
    [tpmState, parkedTpm.state],
    [tpmRecords, parkedTpm.records],
  ];
}

/** By renames beside their places: libvirt looks for the state of a domain in its own folder alone. */
export const tpmPark: Command<"tpmPark"> = async (context, { serverId }) => {
  await offRequire(context, serverId, "its TPM");
  context.copies.forget(serverId);
  for (const [place, aside] of places(context.paths.server(serverId))) {
    if ((await fileSizeFind(aside)) !== undefined || (await fileSizeFind(place)) === undefined) continue;
    await rename(place, aside);
    await syncToDisk(dirname(place));
  }
  return {};
};

export const tpmParkEnd: Command<"tpmParkEnd"> = async (context, { serverId, keep }) => {
  const paths = context.paths.server(serverId);
  if (keep === "old") {
    await offRequire(context, serverId, "its TPM");
    const left = await vtpmSecretFind(context.libvirt, serverId);
    if (left !== undefined) await vtpmSecretRemove(context.libvirt, left);
    context.copies.forget(serverId);
  }
  for (const [place, aside] of places(paths)) {
    if ((await fileSizeFind(aside)) === undefined) continue;
    if (keep === "new") await rm(aside, { recursive: true });
    else {
      await rm(place, { recursive: true, force: true });
      await rename(aside, place);
    }
    await syncToDisk(dirname(place));
  }
  await folderRemoveIfEmpty(paths.folder);
  return {};
};
