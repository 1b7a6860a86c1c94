import { rename, rm } from "node:fs/promises";
import type { AgentContext } from "../agent-context.ts";
import { fileSizeFind, syncToDisk } from "../files.ts";
import { offRequire } from "./off-require.ts";

/** Of disks of which another may be in place: the one that stepped aside goes, or comes back. Where none did nothing changes. */
export async function exchangeEnd(
  context: AgentContext,
  of: {
    readonly serverId: string;
    readonly keep: "old" | "new";
    readonly exchanged: readonly { readonly disk: string; readonly aside: string }[];
  },
): Promise<void> {
  const { serverId, keep, exchanged } = of;
  for (const { disk, aside } of exchanged) {
    if ((await fileSizeFind(aside)) === undefined) continue;
    if (keep === "new") await rm(aside);
    else {
      await offRequire(context, serverId, "its disk");
      await rename(aside, disk);
    }
    await syncToDisk(context.paths.server(serverId).folder);
  }
}
