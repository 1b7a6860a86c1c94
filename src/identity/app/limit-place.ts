import { CloudError, isCloudError } from "#base/errors.ts";
import type { Db } from "#db/index.ts";
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
