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

/** Whether the host has all traits that are required, and none that is forbidden, whatever room it has. */
export async function hostSuits(
  placement: Pick<Placement, "candidatesFind">,
  hostId: string,
  { requiredTraits, forbiddenTraits }: PlacementNeeds,
): Promise<boolean> {
  const has = async (traits: readonly string[]): Promise<boolean> => {
    const asked = { resources: {}, requiredTraits: traits, forbiddenTraits: [] };
    const hosts = await hostCandidatesOf(placement, asked);
    return hosts.some(({ providerUuid }) => providerUuid === hostId);
  };
  if (requiredTraits.length > 0 && !(await has(requiredTraits))) return false;
  for (const trait of forbiddenTraits) if (await has([trait])) return false;
  return true;
}
