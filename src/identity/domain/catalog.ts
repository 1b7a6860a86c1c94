/** One address of a service. */
export interface CatalogEndpoint {
  readonly id: string;
  readonly interface: "public" | "internal" | "admin";
  readonly region: string;
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
