import { isoMicroseconds } from "#base/clock.ts";
import type { CatalogService } from "../../domain/catalog.ts";
import type { Token } from "../../domain/token.ts";
import { delegationView } from "./delegation-view.ts";

export function catalogView(services: readonly CatalogService[]): object[] {
  return services.map(({ id, type, name, endpoints }) => ({
    id,
    type,
    name,
    endpoints: endpoints.map((endpoint) => ({
      id: endpoint.id,
      interface: endpoint.interface,
      region: endpoint.region ?? null,
      region_id: endpoint.region ?? null,
      url: endpoint.url,
    })),
  }));
}

/** `catalog` undefined: the request said `nocatalog`, or the token has no scope. */
export function tokenView(token: Token, catalog: readonly CatalogService[] | undefined): object {
  const { project, domain, systemScope, user } = token;
  const scoped = project !== undefined || domain !== undefined || systemScope;
  return {
    token: {
      methods: token.methods,
      user: { domain: user.domain, id: user.id, name: user.name, password_expires_at: null },
      audit_ids: token.auditIds,
      expires_at: `${isoMicroseconds(token.expiresAt)}Z`,
      issued_at: `${isoMicroseconds(token.issuedAt)}Z`,
      ...(project ? { project, is_domain: false } : {}),
      ...(domain ? { domain } : {}),
      ...(systemScope ? { system: { all: true } } : {}),
      ...(scoped ? { roles: token.roles } : {}),
      ...delegationView(token.delegation),
      ...(catalog ? { catalog: catalogView(catalog) } : {}),
    },
  };
}
