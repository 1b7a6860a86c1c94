import type { IdentityCtx } from "../../app/context.ts";
import type { Region } from "../../domain/catalog.ts";
import { selfLink } from "../links.ts";

export function regionView(ctx: IdentityCtx, region: Region): object {
  return {
    ...region.extra,
    id: region.id,
    description: region.description,
    parent_region_id: region.parentId ?? null,
    links: selfLink(ctx, `regions/${region.id}`),
  };
}
