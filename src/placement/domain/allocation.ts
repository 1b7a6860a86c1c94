/** So much of one resource class of one provider, taken by one consumer. */
export interface Allocation {
  readonly consumerUuid: string;
  readonly providerUuid: string;
  readonly resourceClass: string;
  readonly used: number;
  readonly createdAtMs: number;
}

/** Who holds allocations: a server, a migration. */
export interface Consumer {
  readonly uuid: string;
  readonly projectId: string;
  readonly userId: string;
  readonly consumerType: string | undefined;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}

/** Of a consumer written below microversion 1.38. */
export const unknownConsumerType = "unknown";

/** Provider → resource class → amount. */
export type ResourcesByProvider = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What a consumer shall hold from now on, instead of whatever it holds. */
export interface AllocationRequest {
  readonly consumerUuid: string;
  /** Undefined below microversion 1.8. */
  readonly projectId: string | undefined;
  readonly userId: string | undefined;
  /** `undefined`: not checked (below 1.28); `null`: the consumer must be new. */
  readonly consumerGeneration: number | null | undefined;
  readonly consumerType: string | undefined;
  /** Nothing in it: the consumer gives up everything. */
  readonly resources: ResourcesByProvider;
}
