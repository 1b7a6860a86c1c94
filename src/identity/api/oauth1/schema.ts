import { Type, type Static } from "typebox";
import type { ConsumerChange } from "../../app/oauth1-consumer.ts";
import { extraOf, nullable } from "../input.ts";

export const consumerAttributes = { description: Type.Optional(nullable(Type.String())) };

const consumerSchema = Type.Object(consumerAttributes);

export function consumerChangeOf(body: Static<typeof consumerSchema>): ConsumerChange {
  const extra = extraOf(body, { ...consumerAttributes, secret: true });
  return { description: body.description ?? undefined, extra };
}
