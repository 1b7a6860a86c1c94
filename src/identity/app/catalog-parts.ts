import { CloudError, isCloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
import type { Endpoint } from "../domain/catalog.ts";
import type { PlacedEndpoint } from "../domain/policy-association.ts";
import { endpointList } from "../store/endpoints.ts";
import { regionList } from "../store/regions.ts";
import { endpointFetch } from "./endpoint.ts";
import { regionFetch } from "./region.ts";
import { serviceFetch } from "./service.ts";

/** What a limit names must be in the catalogue; Keystone takes it for the body's fault, a 400. */
export async function requirePlace(
  db: Db,
  target: "limit" | "registered_limit",
  place: { readonly serviceId?: string | undefined; readonly regionId?: string | null | undefined },
): Promise<void> {
  const { serviceId, regionId } = place;
  try {
    if (serviceId !== undefined) await serviceFetch(db, serviceId);
  } catch (error) {
    throw partMissing(error, "service_id", target);
  }
  try {
    if (typeof regionId === "string") await regionFetch(db, regionId);
  } catch (error) {
    throw partMissing(error, "region_id", target);
  }
}

/** Of a `not-found`; everything else is what it is. */
export function partMissing(error: unknown, attribute: string, target: string): unknown {
  if (!isCloudError(error, "not-found")) return error;
  return new CloudError(
    "invalid",
    `Expecting to find ${attribute} in ${target}. The server could not comply with the request since it is either ` +
      "malformed or otherwise incorrect. The client is assumed to be in error.",
    { cause: error },
  );
}

/** Throws `not-found` for what is not in the catalogue. */
export async function requireParts(
  db: Db,
  parts: {
    readonly endpointId?: string | undefined;
    readonly serviceId?: string | undefined;
    readonly regionId?: string | undefined;
  },
): Promise<void> {
  if (parts.endpointId !== undefined) await endpointFetch(db, parts.endpointId);
  if (parts.serviceId !== undefined) await serviceFetch(db, parts.serviceId);
  if (parts.regionId !== undefined) await regionFetch(db, parts.regionId);
}

/** Every endpoint with its region, the one that this is within, and so on. */
export async function endpointsPlaced(db: Db): Promise<readonly (Endpoint & PlacedEndpoint)[]> {
  const parents = new Map((await regionList(db)).map(({ id, parentId }) => [id, parentId]));
  return (await endpointList(db)).map((endpoint) => {
    const regionIds: string[] = [];
    for (let at = endpoint.regionId; at !== undefined; at = parents.get(at)) regionIds.push(at);
    return { ...endpoint, regionIds };
  });
}
