import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/logger.ts";
import type { Bus } from "#bus/index.ts";
import type { LibvirtConnection } from "#libvirt/index.ts";
import type { SealKeyPair } from "#seal/index.ts";
import type { AgentConfig } from "./agent-config.ts";
import type { AgentPaths } from "./agent-paths.ts";
import type { DomainWatch } from "./report/domain-watch.ts";
import type { ImageCache } from "./images/cache.ts";
import type { ServerQueue } from "./server-queue.ts";
import type { TpmCopies } from "./tpm/copies.ts";
import type { TpmPool } from "./tpm/pool.ts";

/** What the commands of one host work with. */
export interface AgentContext {
  readonly hostId: string;
  readonly cloudId: string;
  readonly config: AgentConfig;
  readonly paths: AgentPaths;
  readonly bus: Bus;
  readonly libvirt: LibvirtConnection;
  /** Of the host, asked for once: its processor stays, and where KVM is broken libvirt takes seconds for an answer. */
  readonly capabilitiesXml: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** Passphrases for this host are sealed to it. */
  readonly key: SealKeyPair;
  readonly queue: ServerQueue;
  readonly images: ImageCache;
  readonly watch: DomainWatch;
  /** Copies of disks that are being made, by image. */
  readonly snapshots: Map<string, AbortController>;
  /** Running servers' TPM states on their way to the vault. */
  readonly copies: TpmCopies;
  /** TPMs made ahead. */
  readonly pool: TpmPool;
  /** The user that swtpm runs as; undefined when the host has none and offers no TPM. */
  readonly swtpmUser: { readonly uid: number; readonly gid: number } | undefined;
  /** Whether the file system of the disks does O_DIRECT; QEMU's `cache=none` needs it. */
  readonly directIo: boolean;
}
