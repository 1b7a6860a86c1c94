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

const catalogTexts = new WeakMap<readonly CatalogService[], string>();

/** Most of a token's answer, and the same for all tokens of a user and project while the catalogue stays. */
function catalogText(catalog: readonly CatalogService[]): string {
  const known = catalogTexts.get(catalog);
  if (known !== undefined) return known;
  const text = JSON.stringify(catalogView(catalog));
  catalogTexts.set(catalog, text);
  return text;
}

/** `{"token": …}`; `catalog` undefined: the request said `nocatalog`, or the token has no scope. */
export function tokenText(token: Token, catalog: readonly CatalogService[] | undefined): string {
  const fields = JSON.stringify(tokenView(token));
  return catalog
    ? `{"token":${fields.slice(0, -1)},"catalog":${catalogText(catalog)}}}`
    : `{"token":${fields}}`;
}

/** What is undefined is left out of the JSON. */
function tokenView(token: Token): object {
  const { project, domain, systemScope, user } = token;
  const scoped = project !== undefined || domain !== undefined || systemScope;
  return {
    methods: token.methods,
    user: { domain: user.domain, id: user.id, name: user.name, ...ownView(token) },
    audit_ids: token.auditIds,
    expires_at: `${isoMicroseconds(token.expiresAt)}Z`,
    issued_at: `${isoMicroseconds(token.issuedAt)}Z`,
    project,
    is_domain: project ? false : undefined,
    domain,
    system: systemScope ? { all: true } : undefined,
    roles: scoped ? token.roles : undefined,
    service_providers: token.serviceProviders.length > 0 ? token.serviceProviders : undefined,
    ...delegationView(token.delegation),
  };
}

/** Keystone: who was vouched for by another service has no password here. */
function ownView({ federation }: Token): object {
  if (!federation) return { password_expires_at: null };
  const { providerId, protocolId, groupIds } = federation;
  return {
    "OS-FEDERATION": {
      groups: groupIds.map((id) => ({ id })),
      identity_provider: { id: providerId },
      protocol: { id: protocolId },
    },
  };
}
