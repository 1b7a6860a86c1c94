import type { Database, Db, Kept } from "#db/index.ts";
import {
  endpointUrl,
  type CatalogEndpoint,
  type CatalogOwner,
  type CatalogService,
  type EndpointInterface,
  type PlacedEndpoint,
  type UrlParts,
} from "../domain/catalog.ts";
import type { Token } from "../domain/token.ts";
import { catalogList } from "../store/catalog.ts";
import type { IdentityCtx, IdentityDeps } from "./context.ts";
import { filterApply } from "./endpoint-filter.ts";
import { forbidden } from "./failures.ts";

/** Of the caller's own token. */
export async function catalogFetch(ctx: IdentityCtx): Promise<readonly CatalogService[]> {
  const { projectId, userId } = ctx.caller;
  if (projectId === undefined) {
    throw forbidden("A project-scoped token is required to produce a service catalog.");
  }
  return catalogOf(ctx.deps, { projectId, userId });
}

/** Undefined for a token without scope: it shows none. */
export async function catalogOfToken(
  ctx: IdentityCtx,
  token: Token,
): Promise<readonly CatalogService[] | undefined> {
  const { project, domain, systemScope } = token;
  if (!project && !domain && !systemScope) return undefined;
  return catalogOf(ctx.deps, { projectId: project?.id, userId: token.user.id });
}

export interface CatalogPlace {
  readonly type: string;
  readonly interface: EndpointInterface;
  /** Undefined: any. */
  readonly region: string | undefined;
}

export async function catalogUrl(
  deps: Pick<IdentityDeps, "catalogs">,
  place: CatalogPlace,
): Promise<string | undefined> {
  return (await catalogOf(deps, { projectId: undefined, userId: "" }))
    .filter(({ type }) => type === place.type)
    .flatMap(({ endpoints }) => endpoints)
    .find(
      (one) =>
        one.interface === place.interface && (place.region === undefined || one.region === place.region),
    )?.url;
}

async function catalogOf(
  { catalogs }: Pick<IdentityDeps, "catalogs">,
  owner: CatalogOwner,
): Promise<readonly CatalogService[]> {
  return (await catalogs.get(`${owner.userId} ${owner.projectId ?? ""}`, owner)) ?? [];
}

/** By whose they are, in memory until a row of this service changes that is no token. */
export function catalogsKept(
  database: Database,
  publicEndpoint: string,
): Kept<readonly CatalogService[], CatalogOwner> {
  return database.kept({
    dependsOn: ({ table }) => table.startsWith("identity_") && !table.startsWith("identity_token_"),
    load: (_key, db, owner) => catalogBuild(db, { ...owner, publicEndpoint }),
    limit: 1_000,
  });
}

/**
 * The enabled services with the enabled endpoints whose address this token can fill in. A project for which endpoints
 * were chosen has those alone, and only the services that they are of.
 */
async function catalogBuild(db: Db, parts: UrlParts): Promise<CatalogService[]> {
  const services = await catalogList(db);
  const every = services.flatMap(({ endpoints }) => endpoints);
  const { filtered, chosen } =
    parts.projectId === undefined
      ? { filtered: false, chosen: [] }
      : await filterApply(db, parts.projectId, every);
  const shown = new Set(filtered ? chosen : every);
  return services
    .map(({ id, type, name, endpoints }) => ({
      id,
      type,
      name,
      endpoints: endpoints.filter((one) => shown.has(one)).flatMap((one) => addressed(one, parts)),
    }))
    .filter((service) => !filtered || service.endpoints.length > 0);
}

function addressed(endpoint: PlacedEndpoint, parts: UrlParts): CatalogEndpoint[] {
  const url = endpointUrl(endpoint.url, parts);
  const { id, interface: kind, regionId: region } = endpoint;
  return url === undefined ? [] : [{ id, interface: kind, region, url }];
}
