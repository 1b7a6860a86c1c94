import type { SecretId } from "#base/ids.ts";
import type { Consumer } from "./consumer.ts";

/** What uses a secret: a volume of the service `volume`, say. */
export interface SecretConsumerFacts {
  readonly service: string;
  readonly resourceType: string;
  readonly resourceId: string;
}

export type SecretConsumer = Consumer<SecretId, SecretConsumerFacts>;
