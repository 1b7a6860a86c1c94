import type { SecretId } from "#base/ids.ts";

/** What uses a secret: a volume of the service `volume`, say. */
export interface SecretConsumerFacts {
  readonly service: string;
  readonly resourceType: string;
  readonly resourceId: string;
}

export interface SecretConsumer extends SecretConsumerFacts {
  readonly id: string;
  readonly secretId: SecretId;
  /** Of whom registered it. */
  readonly projectId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}
