import type { Extra } from "./resources.ts";

export type EndpointInterface = "public" | "internal" | "admin";

/** One address of a service, as a client gets it. */
export interface CatalogEndpoint {
  readonly id: string;
  readonly interface: EndpointInterface;
  /** Undefined: of no region. */
  readonly region: string | undefined;
  readonly url: string;
}

/** One service of the catalogue. */
export interface CatalogService {
  readonly id: string;
  /** OpenStack's service type: `compute`. */
  readonly type: string;
  /** `nova`. */
  readonly name: string;
  readonly endpoints: readonly CatalogEndpoint[];
}

export interface Region {
  readonly id: string;
  readonly description: string;
  readonly parentId: string | undefined;
  readonly extra: Extra;
}

export interface CatalogEntry {
  readonly id: string;
  readonly type: string;
  readonly name: string | undefined;
  readonly description: string;
  readonly enabled: boolean;
  readonly extra: Extra;
}

export interface Endpoint {
  readonly id: string;
  readonly serviceId: string;
  readonly interface: EndpointInterface;
  readonly regionId: string | undefined;
  /** May hold Keystone's `$(project_id)s` and the like. */
  readonly url: string;
  readonly enabled: boolean;
  readonly extra: Extra;
}

/** What the catalogue and its filters need to know of an endpoint. */
export type PlacedEndpoint = Pick<Endpoint, "id" | "serviceId" | "interface" | "regionId" | "url">;

/** Whose catalogue it is; undefined: the token is for no project. */
export interface CatalogOwner {
  readonly projectId: string | undefined;
  readonly userId: string;
}

/** What an endpoint's address may be made of. */
export interface UrlParts extends CatalogOwner {
  readonly publicEndpoint: string;
}

const placeholder = /[$%]\((\w+)\)s/g;

/**
 * The address in a token's catalogue. As in Keystone `$(project_id)s`, `$(tenant_id)s`, `$(user_id)s` and
 * `$(public_endpoint)s` are filled in; undefined when the token has no such value, and the endpoint is left out then.
 */
export function endpointUrl(template: string, parts: UrlParts): string | undefined {
  const values: Readonly<Record<string, string | undefined>> = {
    public_endpoint: parts.publicEndpoint,
    project_id: parts.projectId,
    tenant_id: parts.projectId,
    user_id: parts.userId,
  };
  let complete = true;
  const url = template.replaceAll(placeholder, (_text, name: string) => {
    const value = values[name];
    if (value === undefined) complete = false;
    return value ?? "";
  });
  return complete ? url : undefined;
}

/** Whether every placeholder is one that can be filled in. */
export function isUrlTemplate(url: string): boolean {
  const parts = { publicEndpoint: "x", projectId: "x", userId: "x" };
  const filled = endpointUrl(url, parts);
  return filled !== undefined && !/[$%]\(/.test(filled);
}

/** What all of a group's endpoints have in common; what is not named may be anything. */
export interface EndpointGroupFilters {
  readonly interface?: string;
  readonly service_id?: string;
  readonly region_id?: string;
}

export interface EndpointGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly filters: EndpointGroupFilters;
}

export function isInEndpointGroup(
  endpoint: PlacedEndpoint,
  { filters }: Pick<EndpointGroup, "filters">,
): boolean {
  const { interface: kind, service_id: serviceId, region_id: regionId } = filters;
  return (
    (kind === undefined || kind === endpoint.interface) &&
    (serviceId === undefined || serviceId === endpoint.serviceId) &&
    (regionId === undefined || regionId === endpoint.regionId)
  );
}
