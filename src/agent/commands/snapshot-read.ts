import { open } from "node:fs/promises";
import { CloudError } from "#base/errors.ts";
import { isAbsent } from "../files.ts";
import type { Command } from "./command.ts";

export const snapshotRead: Command<"snapshotRead"> = async ({ paths }, message) => {
  const { serverId, imageId, offset, length } = message;
  try {
    await using file = await open(paths.server(serverId).snapshot(imageId));
    const bytes = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return { bytes: bytes.subarray(0, filled).toString("base64") };
  } catch (error) {
    if (!isAbsent(error)) throw error;
    throw new CloudError("not-found", `The host has no copy of server ${serverId} for image ${imageId}.`);
  }
};
