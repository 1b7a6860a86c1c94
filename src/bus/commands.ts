/**
 * What the control plane asks of a host: one contract a command. Every command may be repeated: it finds out
 * what is already done. All name the server by its UUID, which is the libvirt domain's too.
 */
import { Type, type Static, type TSchema } from "typebox";
import type { RequestContract } from "./bus.ts";
import { ConfigDriveFacts } from "./config-drive.ts";
import { PowerState } from "./power-state.ts";

/** The API request that the command is for, so that both sides' logs name the same. */
const requestId = Type.Optional(Type.String());

/** A passphrase sealed to this host's key (src/seal); associated data: `vtpmAssociatedData(serverId)`. */
const SealedBox = Type.String({ minLength: 1 });

const ImageRef = Type.Object({
  imageId: Type.String(),
  /** Hex; verified before the image is used. */
  sha512: Type.String(),
  sizeBytes: Type.Integer({ minimum: 0 }),
  diskFormat: Type.String(),
});

const RootDisk = Type.Object({
  serverId: Type.String(),
  requestId,
  image: ImageRef,
  kernel: Type.Optional(ImageRef),
  ramdisk: Type.Optional(ImageRef),
  rootGiB: Type.Integer({ minimum: 0 }),
});

const TpmSpec = Type.Object({
  version: Type.Union([Type.Literal("1.2"), Type.Literal("2.0")]),
  model: Type.Union([Type.Literal("tpm-tis"), Type.Literal("tpm-crb")]),
  /** UUID of the key manager's secret; the libvirt secret has the same. */
  secretId: Type.String(),
});

/** A TPM as swtpm encrypted it, and the certificates that swtpm_setup made of its keys; all base64. */
const TpmContent = Type.Object({
  bytes: Type.String(),
  certificates: Type.Array(Type.Object({ name: Type.String(), bytes: Type.String() })),
});

/** One of the keys that a TPM was born with, as PEM, and what the host's authority says of it. */
const EndorsementKey = Type.Object({
  algorithm: Type.Union([Type.Literal("rsa"), Type.Literal("ecc")]),
  publicKey: Type.String(),
  certificate: Type.String(),
});

const DiskBus = Type.Enum(["virtio", "ide", "sata", "scsi", "usb"]);
export type DiskBus = Static<typeof DiskBus>;

/** A server that is rescued boots from another disk. */
const RescueDevice = Type.Object({
  device: Type.Union([Type.Literal("disk"), Type.Literal("cdrom")]),
  bus: DiskBus,
  /** True: after the server's own devices, which keep their names; false: in the root disk's place, and that second. */
  stable: Type.Boolean(),
});

const DomainSpec = Type.Object({
  serverId: Type.String(),
  requestId,
  /** The libvirt domain's name. */
  instanceName: Type.String(),
  displayName: Type.String(),
  vcpus: Type.Integer({ minimum: 1 }),
  memoryMiB: Type.Integer({ minimum: 1 }),
  /** Present when the image boots by kernel and ramdisk. */
  kernel: Type.Optional(ImageRef),
  ramdisk: Type.Optional(ImageRef),
  kernelCommandLine: Type.Optional(Type.String()),
  tpm: Type.Optional(TpmSpec),
  /** The bus of the config drive, which the host has made before. */
  configDrive: Type.Optional(DiskBus),
  /** Kernel, ramdisk and command line are the rescue image's then. */
  rescue: Type.Optional(RescueDevice),
});

const Server = Type.Object({ serverId: Type.String(), requestId });
const Snapshot = Type.Object({ serverId: Type.String(), requestId, imageId: Type.String() });
const KeptSide = Type.Object({
  serverId: Type.String(),
  requestId,
  keep: Type.Union([Type.Literal("old"), Type.Literal("new")]),
});
const Done = Type.Object({});

const Diagnostics = Type.Object({
  powerState: PowerState,
  /** `kvm` or `qemu`. */
  hypervisor: Type.String(),
  vcpus: Type.Integer(),
  maxMemoryKiB: Type.Number(),
  memoryKiB: Type.Number(),
  cpus: Type.Array(Type.Object({ id: Type.Integer(), timeNs: Type.Number() })),
  disks: Type.Array(
    Type.Object({
      device: Type.String(),
      readRequests: Type.Number(),
      readBytes: Type.Number(),
      writeRequests: Type.Number(),
      writeBytes: Type.Number(),
      errors: Type.Number(),
    }),
  ),
  /** By libvirt's names, KiB. */
  memory: Type.Record(Type.String(), Type.Number()),
});

function command<Q extends TSchema, R extends TSchema>(name: string, request: Q, reply: R) {
  return { subject: `host.command.${name}`, request, reply } satisfies RequestContract<Q, R>;
}

export const commands = {
  /** Fetches what is missing into the image cache and makes the server's root disk, an overlay of `rootGiB`. */
  disksCreate: command("disks-create", RootDisk, Done),
  disksDelete: command("disks-delete", Server, Done),
  /** As `disksCreate`, beside the disk that the server has and may be using. */
  disksPrepare: command("disks-prepare", RootDisk, Done),
  /** Of a server that is off: the prepared disk takes the place of the one that is there, which is kept beside it. */
  disksSwap: command("disks-swap", Server, Done),
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
  diskFetch: command(
    "disk-fetch",
    Type.Object({
      serverId: Type.String(),
      requestId,
      image: ImageRef,
      kernel: Type.Optional(ImageRef),
      ramdisk: Type.Optional(ImageRef),
    }),
    Done,
  ),
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
  rescueDiskCreate: command(
    "rescue-disk-create",
    Type.Object({
      serverId: Type.String(),
      requestId,
      image: ImageRef,
      kernel: Type.Optional(ImageRef),
      ramdisk: Type.Optional(ImageRef),
    }),
    Done,
  ),
  /** The rescue's disk and config drive, gone. */
  rescueDiskDelete: command("rescue-disk-delete", Server, Done),
  /** Makes the TPM once; an existing complete one is kept. Answers its endorsement keys, where the host knows them. */
  tpmManufacture: command(
    "tpm-manufacture",
    Type.Object({
      serverId: Type.String(),
      requestId,
      /** Who makes the server: a TPM that was made ahead is claimed for both. */
      sagaId: Type.Optional(Type.String()),
      tpm: TpmSpec,
      passphrase: SealedBox,
      /** Not a new one, but a copy of an image's. */
      source: Type.Optional(
        Type.Object({ imageId: Type.String(), content: TpmContent, passphrase: SealedBox }),
      ),
    }),
    Type.Object({ endorsementKeys: Type.Optional(Type.Array(EndorsementKey)) }),
  ),
  /** The TPM as it is now, put under the passphrase of an image, which is sealed with that image as associated data. */
  tpmCopy: command(
    "tpm-copy",
    Type.Object({
      serverId: Type.String(),
      requestId,
      imageId: Type.String(),
      tpm: TpmSpec,
      passphrase: SealedBox,
      imagePassphrase: SealedBox,
    }),
    TpmContent,
  ),
  /** TPM state and its libvirt secret, gone. */
  tpmDelete: command(
    "tpm-delete",
    Type.Object({ serverId: Type.String(), requestId, secretId: Type.Optional(Type.String()) }),
    Done,
  ),
  /** Of a server that is off: puts its TPM aside, so that another may be made in its place. */
  tpmPark: command("tpm-park", Server, Done),
  /** `old`: the TPM that was put aside takes its place again, and one that was made meanwhile is gone; `new`: the other way round. */
  tpmParkEnd: command("tpm-park-end", KeptSide, Done),
  /** Once the vault has the last state: TPM state and its libvirt secret, gone from the host. The domain is off. */
  tpmRest: command(
    "tpm-rest",
    Type.Object({ serverId: Type.String(), requestId, version: TpmSpec.properties.version }),
    Done,
  ),
  domainDefine: command("domain-define", DomainSpec, Done),
  /** Destroys it if it runs; keeps the TPM state (undefine with KEEP_TPM). */
  domainUndefine: command("domain-undefine", Server, Done),
  /** Starts, or restores the managed save. With a TPM: libvirt secret set before, removed once the domain runs. */
  domainStart: command(
    "domain-start",
    Type.Object({
      serverId: Type.String(),
      requestId,
      tpm: Type.Optional(
        Type.Object({
          spec: TpmSpec,
          /** Absent: the one that the host keeps; `conflict` when it keeps none. */
          passphrase: Type.Optional(SealedBox),
          /** The host keeps the passphrase for starts of its own (mode `host`), else it forgets one that it kept. */
          keepPassphrase: Type.Optional(Type.Boolean()),
        }),
      ),
    }),
    Done,
  ),
  /**
   * Whether a start would be refused because of the TPM's state or the memory image, without changing anything: `conflict`, in the
   * words of the start, when it would.
   */
  tpmCheck: command(
    "tpm-check",
    Type.Object({
      serverId: Type.String(),
      requestId,
      spec: TpmSpec,
      /** Whether a memory image that is there would be restored; false: it is thrown away before the start. */
      restores: Type.Boolean(),
      /** For a state that only swtpm can judge. */
      passphrase: Type.Optional(SealedBox),
    }),
    Type.Object({
      /** `undecided`: swtpm would have to open the state, and no passphrase was there to do so. */
      verdict: Type.Union([Type.Literal("starts"), Type.Literal("undecided")]),
      /** Whether the host keeps the passphrase of this secret. */
      keepsPassphrase: Type.Boolean(),
    }),
  ),
  /** ACPI shutdown, then off by force after `timeoutS`; 0: at once. Drops no managed save. */
  domainStop: command(
    "domain-stop",
    Type.Object({ serverId: Type.String(), requestId, timeoutS: Type.Number() }),
    Done,
  ),
  /** Asks the guest to reboot (ACPI) and waits for the reset; `timeout` when the guest does not within `timeoutS`. */
  domainReboot: command(
    "domain-reboot",
    Type.Object({ serverId: Type.String(), requestId, timeoutS: Type.Number() }),
    Done,
  ),
  domainPause: command("domain-pause", Server, Done),
  domainUnpause: command("domain-unpause", Server, Done),
  /** Managed save: memory and TPM to disk, domain off. */
  domainSuspend: command("domain-suspend", Server, Done),
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
  /** A non-maskable interrupt to the guest. */
  domainNmi: command("domain-nmi", Server, Done),
  /** What a running domain has used; nothing is measured of one that does not run. */
  domainDiagnostics: command("domain-diagnostics", Server, Diagnostics),
  /** The end of the console's log, as text. */
  consoleRead: command(
    "console-read",
    Type.Object({ serverId: Type.String(), requestId, lines: Type.Optional(Type.Integer({ minimum: 0 })) }),
    Type.Object({ output: Type.String() }),
  ),
  /** What is there of our servers (also their disks or TPM states without a domain), for reconcilers. */
  serversInspect: command(
    "servers-inspect",
    Type.Object({}),
    Type.Object({
      servers: Type.Array(
        Type.Object({
          serverId: Type.String(),
          powerState: PowerState,
          domain: Type.Boolean(),
          disks: Type.Boolean(),
          tpm: Type.Boolean(),
          managedSave: Type.Boolean(),
          /** False when the domain runs with a TPM whose emulator has ended. */
          tpmRuns: Type.Optional(Type.Boolean()),
        }),
      ),
    }),
  ),
  /** What uptime(1) prints on the host. */
  hostUptime: command("host-uptime", Type.Object({}), Type.Object({ uptime: Type.String() })),
} as const;
