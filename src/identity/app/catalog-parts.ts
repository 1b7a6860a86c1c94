import { CloudError, isCloudError } from "#base/errors.ts";
import type { PlacedEndpoint } from "../domain/policy-association.ts";
import { endpointFetch, endpointList, regionFetch, serviceFetch, type ListedEndpoint } from "./catalog.ts";
import type { IdentityCtx } from "./context.ts";

/** What a limit names must be in the catalogue; Keystone takes it for the body's fault, a 400. */
export function requirePlace(
  ctx: IdentityCtx,
  target: "limit" | "registered_limit",
  place: { readonly serviceId?: string | undefined; readonly regionId?: string | null | undefined },
): void {
  const { serviceId, regionId } = place;
  try {
    if (serviceId !== undefined) serviceFetch(ctx, serviceId);
  } catch (error) {
    throw partMissing(error, "service_id", target);
  }
  try {
    if (typeof regionId === "string") regionFetch(ctx, regionId);
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
export function requireParts(
  ctx: IdentityCtx,
  parts: {
    readonly endpointId?: string | undefined;
    readonly serviceId?: string | undefined;
    readonly regionId?: string | undefined;
  },
): void {
  if (parts.endpointId !== undefined) endpointFetch(ctx, parts.endpointId);
  if (parts.serviceId !== undefined) serviceFetch(ctx, parts.serviceId);
  if (parts.regionId !== undefined) regionFetch(ctx, parts.regionId);
}

/** Every endpoint with the regions that it is in; no region is within another. */
export function endpointsPlaced(ctx: IdentityCtx): readonly (ListedEndpoint & PlacedEndpoint)[] {
  return endpointList(ctx).map((endpoint) => ({ ...endpoint, regionIds: [endpoint.region] }));
}
