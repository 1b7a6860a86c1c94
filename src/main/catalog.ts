import { createHash } from "node:crypto";
import type { CatalogService } from "#identity/index.ts";

const services = [
  { type: "identity", name: "keystone", path: "/identity" },
  { type: "image", name: "glance", path: "/image" },
  { type: "placement", name: "placement", path: "/placement" },
  { type: "key-manager", name: "barbican", path: "/key-manager" },
  { type: "compute", name: "nova", path: "/compute/v2.1" },
  { type: "sealstone", name: "sealstone", path: "/sealstone/v1" },
] as const;

/**
 * The paths of devstack on one port; ids are the same in every cloud, addresses follow the public URL. `elsewhere`: addresses of
 * services, by their type, that are not ours.
 */
export function ownCatalog(
  elsewhere: Readonly<Record<string, string | undefined>> = {},
): readonly CatalogService[] {
  return services.map(({ type, name, path }) => ({
    id: idOf(type),
    type,
    name,
    endpoints: (["public", "internal", "admin"] as const).map((kind) => ({
      id: idOf(`${type} ${kind}`),
      interface: kind,
      region: "RegionOne",
      url: elsewhere[type] ?? `$(public_endpoint)s${path}`,
    })),
  }));
}

function idOf(text: string): string {
  return createHash("sha256").update(`sealstone ${text}`).digest("hex").slice(0, 32);
}
