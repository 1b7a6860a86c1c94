/** Flag bits of the domain calls (`libvirt/libvirt-domain.h`), by the names of the options that set them. */

/** `virDomainCreateFlags`. */
export const START_FLAGS = { paused: 1, bypassCache: 4, forceBoot: 8, validate: 16, resetNvram: 32 } as const;

/** `virDomainDefineFlags`. */
export const DEFINE_FLAGS = { validate: 1 } as const;

/** `virDomainDestroyFlagsValues`. */
export const DESTROY_FLAGS = { graceful: 1, removeLogs: 2 } as const;

/** `virDomainShutdownFlagValues`, the same bits as `virDomainRebootFlagValues`. */
export const SHUTDOWN_FLAGS = { acpi: 1, agent: 2, initctl: 4, signal: 8, paravirt: 16 } as const;

/** `virDomainSaveRestoreFlags`. */
export const SAVE_FLAGS = { bypassCache: 1, running: 2, paused: 4 } as const;

/** `virDomainUndefineFlagsValues`. */
export const UNDEFINE_FLAGS = {
  managedSave: 1,
  snapshotsMetadata: 2,
  removeNvram: 4,
  keepNvram: 8,
  checkpointsMetadata: 16,
  removeTpm: 32,
  keepTpm: 64,
} as const;

/** `virDomainXMLFlags`. */
export const XML_FLAGS = { secure: 1, inactive: 2, updateCpu: 4, migratable: 8 } as const;

/** `virDomainGetJobStatsFlags`. */
export const JOB_STATS_FLAGS = { completed: 1, keepCompleted: 2 } as const;

/** `virConnectListAllDomainsFlags`; flags of one group are alternatives, groups are combined. */
export const LIST_DOMAINS_FLAGS = {
  active: 1,
  inactive: 2,
  persistent: 4,
  transient: 8,
  running: 16,
  paused: 32,
  shutoff: 64,
  otherState: 128,
  managedSave: 256,
  noManagedSave: 512,
} as const;

export interface UndefineOptions {
  /**
   * True leaves the state of the TPM on disk, false removes it. To be said each time: libvirt's default removes it.
   */
  readonly keepTpm: boolean;
  /** Remove the managed save image too; with one there and without this it is an operation-invalid error. */
  readonly managedSave?: boolean;
  /** What becomes of UEFI variables; a domain that has them needs an answer. */
  readonly nvram?: "keep" | "remove";
  readonly snapshotsMetadata?: boolean;
  readonly checkpointsMetadata?: boolean;
}
