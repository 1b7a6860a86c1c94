/** Where a policy document holds: at one endpoint, for a service, or for a service in a region and those within it. */
export interface AssociationPlace {
  readonly endpointId: string | undefined;
  readonly serviceId: string | undefined;
  readonly regionId: string | undefined;
}

export interface PolicyAssociation extends AssociationPlace {
  readonly policyId: string;
}

export interface PlacedEndpoint {
  readonly id: string;
  readonly serviceId: string;
  /** Its region, the one that this is within, and so on. */
  readonly regionIds: readonly string[];
}

/** Whether the endpoint is one of those of the place. */
export function placeCovers(place: AssociationPlace, endpoint: PlacedEndpoint): boolean {
  const { endpointId, serviceId, regionId } = place;
  if (endpointId !== undefined) return endpointId === endpoint.id;
  return (
    serviceId === endpoint.serviceId && (regionId === undefined || endpoint.regionIds.includes(regionId))
  );
}

/** The policy that holds at the endpoint: its own, else that of the nearest region, else that of its service. */
export function policyIdOfEndpoint(
  associations: readonly PolicyAssociation[],
  endpoint: PlacedEndpoint,
): string | undefined {
  const covering = associations.filter((one) => placeCovers(one, endpoint));
  const own = covering.find(({ endpointId }) => endpointId !== undefined);
  const regional = endpoint.regionIds.map((id) => covering.find(({ regionId }) => regionId === id));
  const general = covering.find((one) => one.endpointId === undefined && one.regionId === undefined);
  return [own, ...regional, general].find((one) => one !== undefined)?.policyId;
}
