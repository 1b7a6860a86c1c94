import { Type, type Static } from "typebox";
import { command, Done, ImageRef, requestId, SealedBox, Server, TpmSpec } from "./command.ts";
import { PowerState } from "./power-state.ts";

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
  /** Disks that the host makes, empty; absent: none. */
  ephemeralGiB: Type.Optional(Type.Integer({ minimum: 1 })),
  swapMiB: Type.Optional(Type.Integer({ minimum: 1 })),
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

export const domainCommands = {
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
} as const;
