import { Type, type Static } from "typebox";
import type { SecretConsumerFacts } from "../../domain/secret-consumer.ts";

const Text = Type.String({ minLength: 1, maxLength: 255 });

/** barbican.common.validators.SecretConsumerValidator. */
export const secretConsumerBody = Type.Object(
  { service: Text, resource_type: Text, resource_id: Text },
  { title: "Secret Consumer" },
);

export function secretConsumerFactsOf(body: Static<typeof secretConsumerBody>): SecretConsumerFacts {
  return {
    service: body.service.trim(),
    resourceType: body.resource_type.trim(),
    resourceId: body.resource_id.trim(),
  };
}
