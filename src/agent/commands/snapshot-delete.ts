import { diskCopyRemove } from "../images/disk-copy.ts";
import type { Command } from "./command.ts";
import { folderRemoveIfEmpty } from "./folder-remove.ts";

/** Waits for its turn only once the copy that has it is told to end. */
export const snapshotDelete: Command<"snapshotDelete"> = async (context, { serverId, imageId }) => {
  const { paths, queue, snapshots } = context;
  const server = paths.server(serverId);
  const target = server.snapshot(imageId);
  snapshots.get(target)?.abort();
  await queue.run(serverId, async () => {
    await diskCopyRemove(context, serverId, target);
    await folderRemoveIfEmpty(server.folder);
  });
  return {};
};
