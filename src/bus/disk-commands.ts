import { Type } from "typebox";
import { command, Done, ImageRef, KeptSide, requestId, SealedBox, Server } from "./command.ts";
import { ConfigDriveFacts } from "./config-drive.ts";

/** A disk of the server, made from an image. */
const fromImage = {
  serverId: Type.String(),
  requestId,
  image: ImageRef,
  kernel: Type.Optional(ImageRef),
  ramdisk: Type.Optional(ImageRef),
};
const RootDisk = Type.Object({ ...fromImage, rootGiB: Type.Integer({ minimum: 0 }) });

const Snapshot = Type.Object({ serverId: Type.String(), requestId, imageId: Type.String() });

/** Files of a server: its disks, its config drives, and the copies of its disk on their way into an image. */
export const diskCommands = {
  /** Fetches what is missing into the image cache and makes the server's root disk, an overlay of `rootGiB`. */
  disksCreate: command("disks-create", RootDisk, Done),
  disksDelete: command("disks-delete", Server, Done),
  /** As `disksCreate`, beside the disk that the server has and may be using. */
  disksPrepare: command("disks-prepare", RootDisk, Done),
  /** Of a server that is off: the prepared disk takes the place of the one that is there, which is kept beside it. */
  disksSwap: command(
    "disks-swap",
    Type.Object({ serverId: Type.String(), requestId, keepEphemeral: Type.Optional(Type.Boolean()) }),
    Done,
  ),
  /** Ends it, however far it came: the disk that is kept is the server's, the other is gone. */
  disksSwapEnd: command("disks-swap-end", KeptSide, Done),
  /** Of a server that is off: a copy of the root disk, grown to `rootGiB` (0: as large as it is), takes its place; the old one is kept beside it. */
  disksResize: command(
    "disks-resize",
    Type.Object({ serverId: Type.String(), requestId, rootGiB: Type.Integer({ minimum: 0 }) }),
    Done,
  ),
  /** Ends it: the one that is kept stays as the server's disk, the other goes. Nothing when no old one is there. */
  disksResizeEnd: command("disks-resize-end", KeptSide, Done),
  /** Brings an image that was made of the server's own disk back as its disk, unless there is one. */
  diskFetch: command("disk-fetch", Type.Object(fromImage), Done),
  /**
   * Makes the server's config drive. One that is there stays, because a guest may have it, unless `renew`; that of a rescue is made anew.
   * `injected`: a `ConfigDriveInjection`, sealed as a passphrase is.
   */
  configDriveCreate: command(
    "config-drive-create",
    Type.Object({
      serverId: Type.String(),
      requestId,
      facts: ConfigDriveFacts,
      injected: Type.Optional(SealedBox),
      rescue: Type.Boolean(),
      renew: Type.Optional(Type.Boolean()),
    }),
    Done,
  ),
  /** The server's own config drive, gone: of a domain that has none. */
  configDriveDelete: command("config-drive-delete", Server, Done),
  /** Fetches the rescue image and makes a disk from it, anew when there is one. */
  rescueDiskCreate: command("rescue-disk-create", Type.Object(fromImage), Done),
  /** The rescue's disk and config drive, gone. */
  rescueDiskDelete: command("rescue-disk-delete", Server, Done),
  /**
   * Copies the server's root disk for an image, as it is at this moment, running or not, and keeps the copy until
   * `snapshotDelete`. Throws `no-capacity` when the host has no room, `conflict` when it was cancelled.
   */
  snapshotCreate: command(
    "snapshot-create",
    Snapshot,
    Type.Object({ sizeBytes: Type.Integer(), sha512: Type.String(), diskFormat: Type.String() }),
  ),
  /** A piece of the copy, base64; fewer than `length` only at the end. */
  snapshotRead: command(
    "snapshot-read",
    Type.Object({
      serverId: Type.String(),
      requestId,
      imageId: Type.String(),
      offset: Type.Integer({ minimum: 0 }),
      length: Type.Integer({ minimum: 1, maximum: 4 * 1024 ** 2 }),
    }),
    Type.Object({ bytes: Type.String() }),
  ),
  /** Cancels a copy that is being made, and removes it. */
  snapshotDelete: command("snapshot-delete", Snapshot, Done),
} as const;
