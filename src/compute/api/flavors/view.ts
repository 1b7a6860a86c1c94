import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import type { ServerFlavor } from "../../domain/server.ts";
import type { Flavor } from "../../store/flavors.ts";
import { linksOf } from "../links.ts";

/** All that the views of a flavor know of the request. */
export interface FlavorViewer extends Pick<ComputeCtx, "microversion" | "baseUrl"> {
  allows(rule: "os_compute_api:os-flavor-extra-specs:index"): boolean;
}

/** Tells apart the requests that see a flavor differently. */
export function flavorViewKey(ctx: FlavorViewer): string {
  const { major, minor } = ctx.microversion;
  return `${major}.${minor} ${ctx.allows("os_compute_api:os-flavor-extra-specs:index")} ${ctx.baseUrl}`;
}

/** An element of `GET /flavors`. */
export function flavorSummary(ctx: FlavorViewer, flavor: Flavor): object {
  return {
    id: flavor.id,
    name: flavor.name,
    links: linksOf(ctx, `/flavors/${flavor.id}`),
    ...(atLeast(ctx, "2.55") ? { description: flavor.description } : {}),
  };
}

/** Swap is "" when there is none, a number from 2.75 on. */
function swapOf(ctx: FlavorViewer, swapMiB: number): number | string {
  return swapMiB === 0 && !atLeast(ctx, "2.75") ? "" : swapMiB;
}

export function flavorDetail(ctx: FlavorViewer, flavor: Flavor): object {
  return {
    ...flavorSummary(ctx, flavor),
    ram: flavor.memoryMiB,
    disk: flavor.rootGiB,
    vcpus: flavor.vcpus,
    swap: swapOf(ctx, flavor.swapMiB),
    "OS-FLV-EXT-DATA:ephemeral": flavor.ephemeralGiB,
    "OS-FLV-DISABLED:disabled": false,
    "os-flavor-access:is_public": flavor.isPublic,
    rxtx_factor: flavor.rxtxFactor,
    ...(atLeast(ctx, "2.61") && ctx.allows("os_compute_api:os-flavor-extra-specs:index")
      ? { extra_specs: flavor.extraSpecs }
      : {}),
  };
}

/** A link before 2.47, the flavor itself from then on. */
export function flavorInServer(ctx: FlavorViewer, flavor: ServerFlavor): object {
  if (!atLeast(ctx, "2.47")) return { id: flavor.id, links: linksOf(ctx, `/flavors/${flavor.id}`).slice(1) };
  return {
    vcpus: flavor.vcpus,
    ram: flavor.memoryMiB,
    disk: flavor.rootGiB,
    ephemeral: flavor.ephemeralGiB,
    swap: flavor.swapMiB,
    original_name: flavor.name,
    ...(ctx.allows("os_compute_api:os-flavor-extra-specs:index") ? { extra_specs: flavor.extraSpecs } : {}),
  };
}
