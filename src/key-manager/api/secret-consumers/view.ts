import { isoMicroseconds } from "#base/clock.ts";
import type { SecretConsumer, SecretConsumerFacts } from "../../domain/secret-consumer.ts";

/** Inside its secret's view. */
export function secretConsumerFactsView(facts: SecretConsumerFacts): object {
  return { service: facts.service, resource_type: facts.resourceType, resource_id: facts.resourceId };
}

export function secretConsumerView(consumer: SecretConsumer): object {
  return {
    created: isoMicroseconds(consumer.createdAt),
    updated: isoMicroseconds(consumer.updatedAt),
    status: "ACTIVE",
    ...secretConsumerFactsView(consumer),
  };
}
