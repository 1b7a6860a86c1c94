import type { Static } from "typebox";
import type { hostRegister } from "#bus/index.ts";
import { tpmHostTraits } from "#vtpm/index.ts";

export interface SimSize {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
}

export const simSizeDefault: SimSize = { vcpus: 8, memoryMiB: 32_768, diskGiB: 500 };

/** Nova's default for [DEFAULT] initial_cpu_allocation_ratio. */
const cpuAllocationRatio = 4;

export function simHostFacts(
  host: { readonly hostId: string; readonly hostname: string; readonly publicKey: string },
  { vcpus, memoryMiB, diskGiB }: SimSize,
): Static<typeof hostRegister.request> {
  const inventory = (total: number, allocationRatio = 1) => ({
    total,
    reserved: 0,
    allocationRatio,
    maxUnit: total,
  });
  return {
    ...host,
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
        secretSecurities: ["user"],
      }),
    ],
    inventories: {
      VCPU: inventory(vcpus, cpuAllocationRatio),
      MEMORY_MB: inventory(memoryMiB),
      DISK_GB: inventory(diskGiB),
    },
  };
}
