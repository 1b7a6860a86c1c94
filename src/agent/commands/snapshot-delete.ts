import { diskCopyRemove } from "../images/disk-copy.ts";
import type { Command } from "./command.ts";

/** Waits for its turn only once the copy that has it is told to end. */
export const snapshotDelete: Command<"snapshotDelete"> = async (context, { serverId, imageId }) => {
  const { paths, queue, snapshots } = context;
  const target = paths.server(serverId).snapshot(imageId);
  snapshots.get(target)?.abort();
  await queue.run(serverId, () => diskCopyRemove(context, serverId, target));
  return {};
};
