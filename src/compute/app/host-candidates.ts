import { isCloudError } from "#base/errors.ts";
import type { Placement } from "#placement/index.ts";
import type { PlacementNeeds } from "../domain/placement-needs.ts";

/** Hosts with room and traits; as to Nova's scheduler none, when nobody knows such a trait or resource class. */
export async function hostCandidatesOf(
  placement: Pick<Placement, "candidatesFind">,
  needs: PlacementNeeds,
): ReturnType<Placement["candidatesFind"]> {
  try {
    return await placement.candidatesFind(needs);
  } catch (error) {
    if (isCloudError(error, "invalid")) return [];
    throw error;
  }
}
