import { open, type FileHandle } from "node:fs/promises";
import { consoleTail } from "../console-tail.ts";
import { isAbsent } from "../files.ts";
import type { Command } from "./command.ts";

/** Nova shows no more either (nova.virt.libvirt.driver.MAX_CONSOLE_BYTES). */
const consoleBytes = 100 * 1024;

/** virtlogd moves a full log to `.0` and begins anew. */
export const consoleRead: Command<"consoleRead"> = async ({ paths }, { serverId, lines }) => {
  const { consoleLog } = paths.server(serverId);
  const newest = await tailRead(consoleLog, consoleBytes);
  const missing = consoleBytes - newest.length;
  const older = missing > 0 ? await tailRead(`${consoleLog}.0`, missing) : Buffer.alloc(0);
  const text = Buffer.concat([older, newest]).toString("utf8");
  return { output: lines === undefined ? text : consoleTail(text, lines) };
};

async function tailRead(path: string, atMost: number): Promise<Buffer> {
  try {
    await using file: FileHandle = await open(path, "r");
    const { size } = await file.stat();
    const length = Math.min(size, atMost);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (isAbsent(error)) return Buffer.alloc(0);
    throw error;
  }
}
