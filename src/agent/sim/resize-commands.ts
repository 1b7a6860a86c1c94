/** A resize as the real agent carries it out (commands/disks-resize.ts, commands/tpm-park.ts), in books. */
import type { Static } from "typebox";
import type { commands } from "#bus/index.ts";
import type { SimBooks } from "./books.ts";
import { offRequire } from "./off-require.ts";

interface Place {
  readonly books: SimBooks;
}
type Message<Name extends keyof typeof commands> = Static<(typeof commands)[Name]["request"]>;

export const simResizeCommands = {
  disksResize({ books }: Place, { serverId }: Message<"disksResize">) {
    offRequire(books, serverId, "its disk");
    books.set(serverId, { ...books.get(serverId), oldDisk: true });
    return {};
  },
  disksResizeEnd({ books }: Place, { serverId, keep }: Message<"disksResizeEnd">) {
    const { oldDisk, ...rest } = books.get(serverId);
    if (oldDisk === undefined) return {};
    if (keep === "old") offRequire(books, serverId, "its disk");
    books.set(serverId, rest);
    return {};
  },
  tpmPark({ books }: Place, { serverId }: Message<"tpmPark">) {
    offRequire(books, serverId, "its TPM");
    const { tpm, oldTpm, ...rest } = books.get(serverId);
    if (oldTpm === undefined && tpm !== undefined) books.set(serverId, { ...rest, oldTpm: tpm });
    return {};
  },
  tpmParkEnd({ books }: Place, { serverId, keep }: Message<"tpmParkEnd">) {
    const { oldTpm, ...rest } = books.get(serverId);
    if (oldTpm === undefined) return {};
    if (keep === "old") offRequire(books, serverId, "its TPM");
    books.set(serverId, keep === "old" ? { ...rest, tpm: oldTpm } : rest);
    return {};
  },
};
