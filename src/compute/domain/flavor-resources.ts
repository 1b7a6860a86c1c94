import type { ServerFlavor } from "./server.ts";

/** What a server of this flavor takes from a host, in Placement's resource classes. */
export function resourcesOfFlavor(
  flavor: Pick<ServerFlavor, "vcpus" | "memoryMiB" | "rootGiB" | "ephemeralGiB" | "swapMiB">,
): Record<string, number> {
  const diskGiB = flavor.rootGiB + flavor.ephemeralGiB + Math.ceil(flavor.swapMiB / 1024);
  return {
    VCPU: flavor.vcpus,
    MEMORY_MB: flavor.memoryMiB,
    ...(diskGiB === 0 ? {} : { DISK_GB: diskGiB }),
  };
}
