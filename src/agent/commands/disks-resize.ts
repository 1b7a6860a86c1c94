import { rename, rm } from "node:fs/promises";
import type { DiskPaths } from "../agent-paths.ts";
import { fileSizeFind, syncToDisk } from "../files.ts";
import { overlayGrow } from "../images/qemu-img.ts";
import { programRun } from "../run-program.ts";
import type { Command } from "./command.ts";
import { exchangeEnd } from "./exchange-end.ts";
import { offRequire } from "./off-require.ts";

const gibibyte = 1024 ** 3;
/** Less than the control plane waits for it. */
const copyTimeoutMs = 25 * 60_000;

/**
 * The old disk steps aside by a rename, and its copy is in place only when it is whole: whatever is there after a crash tells
 * how far it came. A file system that shares extents copies at once (`--reflink`). The ephemeral disk too, which `domainDefine` grows.
 */
export const disksResize: Command<"disksResize"> = async (context, { serverId, rootGiB }) => {
  const { folder, ephemeral, ...root } = context.paths.server(serverId);
  await offRequire(context, serverId, "its disk");
  await copyInPlace(folder, root, async (draft) => {
    if (rootGiB > 0) await overlayGrow(draft, serverId, rootGiB * gibibyte);
  });
  const hasEphemeral = [await fileSizeFind(ephemeral.disk), await fileSizeFind(ephemeral.oldDisk)];
  if (hasEphemeral.some((size) => size !== undefined))
    await copyInPlace(folder, ephemeral, () => Promise.resolve());
  return {};
};

async function copyInPlace(
  folder: string,
  { disk, oldDisk }: DiskPaths,
  change: (draft: string) => Promise<void>,
): Promise<void> {
  if ((await fileSizeFind(oldDisk)) === undefined) {
    await rename(disk, oldDisk);
    await syncToDisk(folder);
  }
  if ((await fileSizeFind(disk)) !== undefined) return;
  const draft = `${disk}.part`;
  try {
    await rm(draft, { force: true });
    await programRun("cp", ["--reflink=auto", "--sparse=auto", "--preserve=mode,ownership", oldDisk, draft], {
      timeoutMs: copyTimeoutMs,
    });
    await change(draft);
    await syncToDisk(draft);
    await rename(draft, disk);
  } finally {
    await rm(draft, { force: true });
  }
  await syncToDisk(folder);
}

/** The new disks need not be there: a copy that failed is taken back too. */
export const disksResizeEnd: Command<"disksResizeEnd"> = async (context, { serverId, keep }) => {
  const { ephemeral, ...root } = context.paths.server(serverId);
  const exchanged = [ephemeral, root].map(({ disk, oldDisk }) => ({ disk, aside: oldDisk }));
  await exchangeEnd(context, { serverId, keep, exchanged });
  return {};
};
