/** A resize as the real agent carries it out (commands/disks-resize.ts, commands/tpm-park.ts), in books. */
import { offRequire } from "./off-require.ts";
import type { SimCommands } from "./sim-command.ts";

export const simResizeCommands = {
  disksResize({ books }, { serverId }) {
    offRequire(books, serverId, "its disk");
    books.set(serverId, { ...books.get(serverId), oldDisk: true });
    return {};
  },
  disksResizeEnd({ books }, { serverId, keep }) {
    const { oldDisk, ...rest } = books.get(serverId);
    if (oldDisk === undefined) return {};
    if (keep === "old") offRequire(books, serverId, "its disk");
    books.set(serverId, rest);
    return {};
  },
  tpmPark({ books }, { serverId }) {
    offRequire(books, serverId, "its TPM");
    const { tpm, oldTpm, ...rest } = books.get(serverId);
    if (oldTpm === undefined && tpm !== undefined) books.set(serverId, { ...rest, oldTpm: tpm });
    return {};
  },
  tpmParkEnd({ books }, { serverId, keep }) {
    const { oldTpm, ...rest } = books.get(serverId);
    if (oldTpm === undefined) return {};
    if (keep === "old") offRequire(books, serverId, "its TPM");
    books.set(serverId, keep === "old" ? { ...rest, tpm: oldTpm } : rest);
    return {};
  },
} satisfies Partial<SimCommands>;
