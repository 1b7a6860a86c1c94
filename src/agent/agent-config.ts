import { tpmSecretSecurities, type TpmSecretSecurity, type TpmVersion } from "#vtpm/index.ts";

/** What the agent needs of the configuration; names are Nova's, in our spelling. `config/` produces it. */
export interface AgentConfig {
  /** `[DEFAULT] host`; the machine's hostname when undefined. */
  readonly host: string | undefined;
  /** `[DEFAULT] my_ip`; the first outward address when undefined. */
  readonly myIp: string | undefined;
  /** `[DEFAULT] initial_cpu_allocation_ratio`; Nova's default is 4.0. */
  readonly cpuAllocationRatio: number;
  /** `[DEFAULT] initial_ram_allocation_ratio`; 1.0. */
  readonly ramAllocationRatio: number;
  /** `[DEFAULT] initial_disk_allocation_ratio`; 1.0. */
  readonly diskAllocationRatio: number;
  /** `[DEFAULT] reserved_host_memory_mb`; 512. */
  readonly reservedMemoryMiB: number;
  /** `[DEFAULT] resume_guests_state_on_host_boot`; Nova's default is false. */
  readonly resumeGuestsStateOnHostBoot: boolean;
  readonly libvirt: AgentLibvirtConfig;
  /** `[tpm_pool] size` and `size_1_2`: how many TPMs of each version are made ahead; 0: none. */
  readonly tpmPool: Readonly<Record<TpmVersion, number>>;
  readonly keyManager: {
    /** `[key_manager] backend`; undefined when no key manager is configured. */
    readonly backend: string | undefined;
  };
}

export interface AgentLibvirtConfig {
  /** `[libvirt] virt_type`. */
  readonly virtType: "kvm" | "qemu";
  /** libvirtd's unix socket. */
  readonly socketPath: string;
  /** `[libvirt] swtpm_enabled`. */
  readonly swtpmEnabled: boolean;
  /** `[libvirt] swtpm_user`. */
  readonly swtpmUser: string;
  /** `[libvirt] swtpm_group`. */
  readonly swtpmGroup: string;
  /** `[libvirt] supported_tpm_secret_security`; all three. */
  readonly supportedTpmSecretSecurity: readonly TpmSecretSecurity[];
}

/** Nova's defaults, for one machine with software emulation. */
export const agentConfigDefaults: AgentConfig = {
  host: undefined,
  myIp: undefined,
  cpuAllocationRatio: 4,
  ramAllocationRatio: 1,
  diskAllocationRatio: 1,
  reservedMemoryMiB: 512,
  resumeGuestsStateOnHostBoot: false,
  libvirt: {
    virtType: "qemu",
    socketPath: "/run/libvirt/libvirt-sock",
    swtpmEnabled: true,
    swtpmUser: "tss",
    swtpmGroup: "tss",
    supportedTpmSecretSecurity: tpmSecretSecurities,
  },
  tpmPool: { "2.0": 0, "1.2": 0 },
  keyManager: { backend: "embedded" },
};
