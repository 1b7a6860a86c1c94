import type { IdentityCtx } from "../../app/context.ts";
import type { Domain } from "../../domain/resources.ts";
import { selfLink } from "../links.ts";

export function domainView(ctx: IdentityCtx, domain: Domain): object {
  const { extra, immutable, ...rest } = domain;
  const options = immutable ? { immutable } : {};
  return { ...extra, ...rest, options, links: selfLink(ctx, `domains/${domain.id}`) };
}
