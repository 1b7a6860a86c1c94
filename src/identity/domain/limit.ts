/** A resource of a service, in one region or in all, and how much of it a project may have that has no limit of its own. */
export interface RegisteredLimit {
  readonly id: string;
  readonly serviceId: string;
  readonly regionId: string | undefined;
  readonly resourceName: string;
  /** -1: as much as it wants. */
  readonly defaultLimit: number;
  readonly description: string | undefined;
}

/** How much of a registered resource one project, or one domain, may have. */
export interface Limit {
  readonly id: string;
  readonly registered: RegisteredLimit;
  /** One of the two. */
  readonly projectId: string | undefined;
  readonly domainId: string | undefined;
  /** -1: as much as it wants. */
  readonly resourceLimit: number;
  readonly description: string | undefined;
}

/** Keystone's default: services compare a project's usage with its own limit alone. */
export const limitModel = {
  name: "flat",
  description: "Limit enforcement and validation does not take project hierarchy into consideration.",
};
