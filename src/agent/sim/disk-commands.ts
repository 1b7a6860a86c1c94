import { createHash } from "node:crypto";
import { CloudError } from "#base/errors.ts";
import { wipe } from "#base/secret.ts";
import { configDriveAssociatedData } from "#bus/index.ts";
import { boxOpen } from "#seal/index.ts";
import type { SimBooks } from "./books.ts";
import { simSnapshot } from "./guest-files.ts";
import { offRequire } from "./off-require.ts";
import type { SimCommands, SimMessage } from "./sim-command.ts";

const gibibyte = 1024 ** 3;

export const simDiskCommands = {
  disksCreate({ books }, { serverId, ...disk }) {
    fitRequire(disk);
    books.set(serverId, { ...books.get(serverId), disks: true });
    return {};
  },
  disksDelete({ books }, { serverId }) {
    offRequire(books, serverId, "its disks");
    const { snapshots: _copies, nextDisk: _next, previousDisk: _previous, ...disks } = books.get(serverId);
    const { oldDisk: _old, ...rest } = disks;
    books.set(serverId, { ...rest, disks: false, rescueDisk: false });
    return {};
  },
  diskFetch({ books }, { serverId }) {
    books.set(serverId, { ...books.get(serverId), disks: true });
    return {};
  },
  async configDriveCreate({ key }, { serverId, injected }) {
    if (injected !== undefined) wipe(await boxOpen(key, injected, configDriveAssociatedData(serverId)));
    return {};
  },
  configDriveDelete: () => ({}),
  rescueDiskCreate({ books }, { serverId }) {
    rescueOffRequire(books, serverId);
    books.set(serverId, { ...books.get(serverId), rescueDisk: true });
    return {};
  },
  rescueDiskDelete({ books }, { serverId }) {
    rescueOffRequire(books, serverId);
    books.set(serverId, { ...books.get(serverId), rescueDisk: false });
    return {};
  },
  disksPrepare({ books }, { serverId, ...disk }) {
    fitRequire(disk);
    const server = books.get(serverId);
    if (server.previousDisk !== true) books.set(serverId, { ...server, nextDisk: true });
    return {};
  },
  disksSwap({ books }, { serverId }) {
    offRequire(books, serverId, "its disk");
    const { nextDisk, ...rest } = books.get(serverId);
    if (nextDisk !== true) return {};
    books.set(serverId, { ...rest, disks: true, ...(rest.disks ? { previousDisk: true } : {}) });
    return {};
  },
  disksSwapEnd({ books }, { serverId, keep }) {
    const { nextDisk: _next, previousDisk, ...rest } = books.get(serverId);
    if (previousDisk === true && keep === "old") offRequire(books, serverId, "its disk");
    books.set(serverId, rest);
    return {};
  },
  snapshotCreate({ books }, { serverId, imageId }) {
    const server = books.get(serverId);
    if (!server.disks) throw new CloudError("bug", `The disk of server ${serverId} is missing.`);
    const boots = server.snapshots?.[imageId] ?? server.boots;
    books.set(serverId, { ...server, snapshots: { ...server.snapshots, [imageId]: boots } });
    const bytes = simSnapshot(serverId, boots);
    const sha512 = createHash("sha512").update(bytes).digest("hex");
    return { sizeBytes: bytes.length, sha512, diskFormat: "qcow2" };
  },
  snapshotRead({ books }, { serverId, imageId, offset, length }) {
    const boots = books.get(serverId).snapshots?.[imageId];
    if (boots === undefined)
      throw new CloudError("not-found", `The host has no copy of server ${serverId} for image ${imageId}.`);
    const bytes = simSnapshot(serverId, boots).subarray(offset, offset + length);
    return { bytes: bytes.toString("base64") };
  },
  snapshotDelete({ books }, { serverId, imageId }) {
    const server = books.get(serverId);
    const others = Object.entries(server.snapshots ?? {}).filter(([id]) => id !== imageId);
    const { snapshots: _all, ...rest } = server;
    books.set(serverId, others.length === 0 ? rest : { ...rest, snapshots: Object.fromEntries(others) });
    return {};
  },
} satisfies Partial<SimCommands>;

function fitRequire({ image, rootGiB }: Pick<SimMessage<"disksCreate">, "image" | "rootGiB">): void {
  if (rootGiB === 0 || image.sizeBytes <= rootGiB * gibibyte) return;
  throw new CloudError(
    "invalid",
    `Flavor's disk is too small for requested image. Flavor disk is ${rootGiB * gibibyte} bytes, image ${image.imageId} is ${image.sizeBytes} bytes. ` +
      "Choose a flavor with a larger disk.",
  );
}

/** The domain may run from its own disk. */
function rescueOffRequire(books: SimBooks, serverId: string): void {
  if (books.get(serverId).domain?.rescued === true) offRequire(books, serverId, "the disk of its rescue");
}
