import type { Static } from "typebox";
import type { commands } from "#bus/index.ts";

/** The server, as the control plane describes it. */
export type DomainSpec = Static<(typeof commands)["domainDefine"]["request"]>;

/** What the host adds to a server's definition. */
export interface DomainHost {
  readonly cloudId: string;
  readonly virtType: "kvm" | "qemu";
  readonly diskPath: string;
  readonly ephemeralDiskPath: string;
  readonly swapDiskPath: string;
  readonly configDrivePath: string;
  readonly rescueDiskPath: string;
  /** Whether the disk's file system does O_DIRECT. */
  readonly directIo: boolean;
  readonly consoleLogPath: string;
  readonly kernelPath: string | undefined;
  readonly ramdiskPath: string | undefined;
}
