import type { AgentConfig } from "#agent/index.ts";
import type { Config } from "#config/index.ts";

/** What the agent needs of the whole configuration. */
export function agentConfigOf(config: Config): AgentConfig {
  return {
    host: config.host,
    myIp: config.myIp,
    cpuAllocationRatio: config.cpuAllocationRatio,
    ramAllocationRatio: config.ramAllocationRatio,
    diskAllocationRatio: config.diskAllocationRatio,
    reservedMemoryMiB: config.reservedHostMemoryMiB,
    resumeGuestsStateOnHostBoot: config.resumeGuestsStateOnHostBoot,
    libvirt: {
      virtType: config.libvirt.virtType,
      socketPath: config.libvirt.socketPath,
      swtpmEnabled: config.libvirt.swtpmEnabled,
      swtpmUser: config.libvirt.swtpmUser,
      swtpmGroup: config.libvirt.swtpmGroup,
      supportedTpmSecretSecurity: config.libvirt.supportedTpmSecretSecurity,
    },
    tpmPool: config.tpmPool,
    keyManager: { backend: config.keyManager.backend },
  };
}
