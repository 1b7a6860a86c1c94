import type { Server } from "./server.ts";

const longestLabel = 63;

/**
 * Name and hostname of one of `count` servers of a request: of several each has its number
 * (nova.compute.api.API._populate_instance_names). `hostname`: the one that was asked for.
 */
export function serverNames(
  server: Pick<Server, "id" | "name">,
  place: { readonly index: number; readonly count: number },
  hostname: string | undefined,
): Pick<Server, "name" | "hostname"> {
  const suffix = place.count > 1 ? `-${place.index + 1}` : "";
  const label = sanitized(server.name).slice(0, longestLabel - suffix.length);
  const made = label === "" ? `Server-${server.id}` : `${label}${suffix}`;
  return { name: `${server.name}${suffix}`, hostname: hostname ?? made };
}

/** nova.utils.sanitize_hostname */
function sanitized(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[ _.]/g, "-")
    .replaceAll(/[^a-z0-9-]/g, "")
    .replaceAll(/^-+|-+$/g, "");
}
