import { atLeast, type Ctx } from "#http/index.ts";
import type { PlacementDeps } from "../../deps.ts";
import type { Provider } from "../../domain/provider.ts";
import { linkPath } from "../answer.ts";

const relations = [
  ["inventories", "1.0"],
  ["usages", "1.0"],
  ["aggregates", "1.1"],
  ["traits", "1.6"],
  ["allocations", "1.11"],
] as const;

export function providerPath(provider: { readonly uuid: string }): string {
  return `/resource_providers/${provider.uuid}`;
}

export function providerView(ctx: Ctx<PlacementDeps>, provider: Provider): Record<string, unknown> {
  const self = linkPath(ctx, providerPath(provider));
  return {
    uuid: provider.uuid,
    name: provider.name,
    generation: provider.generation,
    links: [
      { rel: "self", href: self },
      ...relations
        .filter(([, since]) => atLeast(ctx, since))
        .map(([rel]) => ({ rel, href: `${self}/${rel}` })),
    ],
    ...(atLeast(ctx, "1.14")
      ? { parent_provider_uuid: provider.parentUuid ?? null, root_provider_uuid: provider.rootUuid }
      : {}),
  };
}
