import { Type, type Static } from "typebox";
import type { ContainerConsumerFacts } from "../../domain/container.ts";

/** barbican.common.validators.ContainerConsumerValidator. */
export const containerConsumerBody = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 36 }),
    URL: Type.String({ minLength: 1, maxLength: 255 }),
  },
  { title: "Consumer" },
);

export function containerConsumerFactsOf(body: Static<typeof containerConsumerBody>): ContainerConsumerFacts {
  return { name: body.name.trim(), url: body.URL.trim() };
}
