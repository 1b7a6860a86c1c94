import { diskCopy, diskCopyFacts } from "../images/disk-copy.ts";
import type { Command } from "./command.ts";

export const snapshotCreate: Command<"snapshotCreate"> = async (context, { serverId, imageId }) => {
  const { paths, snapshots } = context;
  const target = paths.server(serverId).snapshot(imageId);
  const cancel = new AbortController();
  snapshots.set(target, cancel);
  try {
    await diskCopy(context, serverId, target, cancel.signal);
    return { ...(await diskCopyFacts(target)), diskFormat: "qcow2" };
  } finally {
    snapshots.delete(target);
  }
};
