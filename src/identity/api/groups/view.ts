import type { IdentityCtx } from "../../app/context.ts";
import type { Group } from "../../domain/resources.ts";
import { selfLink } from "../links.ts";

export function groupView(ctx: IdentityCtx, group: Group): object {
  return {
    ...group.extra,
    id: group.id,
    name: group.name,
    domain_id: group.domainId,
    description: group.description,
    links: selfLink(ctx, `groups/${group.id}`),
  };
}
