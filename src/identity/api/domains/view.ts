import type { IdentityCtx } from "../../app/context.ts";
import type { Domain } from "../../domain/resources.ts";
import { selfLink } from "../links.ts";

export function domainView(ctx: IdentityCtx, domain: Domain): object {
  return { ...domain, tags: [], options: {}, links: selfLink(ctx, `domains/${domain.id}`) };
}
