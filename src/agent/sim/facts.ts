import type { Static } from "typebox";
import type { hostRegister } from "#bus/index.ts";
import { tpmHostTraits, tpmSecretSecurities, type TpmSecretSecurity } from "#vtpm/index.ts";

export interface SimSize {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
}

export const simSizeDefault: SimSize = { vcpus: 8, memoryMiB: 32_768, diskGiB: 500 };

/** What an operator's configuration says of a host. */
export interface SimSettings {
  /** `[libvirt] supported_tpm_secret_security`; all when it is not said. */
  readonly tpmSecretSecurities?: readonly TpmSecretSecurity[] | undefined;
  /** `[DEFAULT] resume_guests_state_on_host_boot`; false when it is not said. */
  readonly resumeGuests?: boolean | undefined;
}

/** Nova's default for [DEFAULT] initial_cpu_allocation_ratio. */
const cpuAllocationRatio = 4;

export function simHostFacts(
  host: {
    readonly hostId: string;
    readonly hostname: string;
    readonly publicKey: string;
    readonly agentStart: string;
  },
  { vcpus, memoryMiB, diskGiB }: SimSize,
  { tpmSecretSecurities: secretSecurities = tpmSecretSecurities, resumeGuests = false }: SimSettings,
): Static<typeof hostRegister.request> {
  const inventory = (total: number, allocationRatio = 1) => ({
    total,
    reserved: 0,
    allocationRatio,
    maxUnit: total,
  });
  return {
    ...host,
    resumeGuests,
    hypervisorType: "QEMU",
    hypervisorVersion: 7_002_000,
    cpuInfo: {
      arch: "x86_64",
      model: "simulated",
      vendor: "Sealstone",
      sockets: 1,
      cores: vcpus,
      threads: 1,
    },
    vcpus,
    memoryMiB,
    diskGiB,
    address: "127.0.0.1",
    traits: [
      "COMPUTE_NODE",
      "COMPUTE_IMAGE_TYPE_QCOW2",
      "COMPUTE_IMAGE_TYPE_RAW",
      ...tpmHostTraits({
        versions: ["1.2", "2.0"],
        models: ["tpm-tis", "tpm-crb"],
        secretSecurities,
      }),
    ],
    inventories: {
      VCPU: inventory(vcpus, cpuAllocationRatio),
      MEMORY_MB: inventory(memoryMiB),
      DISK_GB: inventory(diskGiB),
    },
  };
}
