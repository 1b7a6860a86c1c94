import type { ServerFlavor } from "./server.ts";

const resourceKey = /^resources:([A-Z0-9_]+)$/;

/**
 * What a server of this flavor takes from a host, in Placement's resource classes. Its extra spec `resources:CLASS` says another amount, 0 none
 * of it.
 */
export function resourcesOfFlavor(
  flavor: Pick<ServerFlavor, "vcpus" | "memoryMiB" | "rootGiB" | "ephemeralGiB" | "swapMiB" | "extraSpecs">,
): Record<string, number> {
  const amounts: Record<string, number> = {
    VCPU: flavor.vcpus,
    MEMORY_MB: flavor.memoryMiB,
    DISK_GB: flavor.rootGiB + flavor.ephemeralGiB + Math.ceil(flavor.swapMiB / 1024),
  };
  for (const [key, value] of Object.entries(flavor.extraSpecs)) {
    const name = resourceKey.exec(key)?.[1];
    // As Nova: what is no number says nothing.
    if (name !== undefined && /^\d+$/.test(value)) amounts[name] = Number(value);
  }
  return Object.fromEntries(Object.entries(amounts).filter(([, amount]) => amount > 0));
}
