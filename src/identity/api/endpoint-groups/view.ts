import type { IdentityCtx } from "../../app/context.ts";
import type { EndpointGroup } from "../../domain/catalog.ts";
import { selfLink } from "../links.ts";

export function endpointGroupView(ctx: IdentityCtx, group: EndpointGroup): object {
  const { id, name, description = null, filters } = group;
  return { id, name, description, filters, links: selfLink(ctx, `OS-EP-FILTER/endpoint_groups/${id}`) };
}
