import type { Tx } from "#db/index.ts";
import { endpointUrl, type CatalogService, type UrlParts } from "../domain/catalog.ts";
import type { Token } from "../domain/token.ts";
import { catalogSeedEnsure } from "../store/catalog-seeds.ts";
import { endpointInsert, endpointList } from "../store/endpoints.ts";
import { regionFind, regionInsert } from "../store/regions.ts";
import { serviceFind, serviceInsert, serviceList } from "../store/services.ts";
import type { IdentityCtx } from "./context.ts";
import { forbidden } from "./failures.ts";

/** Of the caller's own token. */
export async function catalogFetch(ctx: IdentityCtx): Promise<readonly CatalogService[]> {
  const { projectId, userId } = ctx.caller;
  if (projectId === undefined) {
    throw forbidden("A project-scoped token is required to produce a service catalog.");
  }
  return catalogBuild(ctx, { projectId, userId });
}

/** Undefined for a token without scope: it shows none. */
export async function catalogOfToken(
  ctx: IdentityCtx,
  token: Token,
): Promise<readonly CatalogService[] | undefined> {
  const { project, domain, systemScope } = token;
  if (!project && !domain && !systemScope) return undefined;
  return catalogBuild(ctx, { projectId: project?.id, userId: token.user.id });
}

/** The enabled services with the enabled endpoints whose address this token can fill in. */
async function catalogBuild(
  ctx: IdentityCtx,
  whose: Omit<UrlParts, "publicEndpoint">,
): Promise<CatalogService[]> {
  const { db } = ctx.deps.database;
  const parts = { ...whose, publicEndpoint: ctx.deps.publicEndpoint };
  const endpoints = await endpointList(db);
  return (await serviceList(db))
    .filter(({ enabled }) => enabled)
    .map(({ id, type, name = "" }) => ({
      id,
      type,
      name,
      endpoints: endpoints
        .filter((one) => one.enabled && one.serviceId === id)
        .flatMap((one) => {
          const url = endpointUrl(one.url, parts);
          const { regionId: region, interface: kind } = one;
          return url === undefined ? [] : [{ id: one.id, interface: kind, region, url }];
        }),
    }));
}

/** Gives what the configuration names to the catalogue, each thing once in the cloud's life. */
export async function catalogSeed(tx: Tx, services: readonly CatalogService[]): Promise<void> {
  for (const { id, type, name, endpoints } of services) {
    if (await catalogSeedEnsure(tx, id)) {
      await serviceInsert(tx, { id, type, name, description: "", enabled: true, extra: {} });
    }
    if (!(await serviceFind(tx, id))) continue;
    for (const endpoint of endpoints) {
      if (!(await catalogSeedEnsure(tx, endpoint.id))) continue;
      const { region: regionId, interface: kind, url } = endpoint;
      if (regionId !== undefined) await regionEnsure(tx, regionId);
      const place = { serviceId: id, interface: kind, regionId };
      await endpointInsert(tx, { id: endpoint.id, ...place, url, enabled: true, extra: {} });
    }
  }
}

/** As Keystone does for an endpoint whose region is only named. */
export async function regionEnsure(tx: Tx, id: string): Promise<void> {
  if (await regionFind(tx, id)) return;
  await regionInsert(tx, { id, description: "", parentId: undefined, extra: {} });
}
