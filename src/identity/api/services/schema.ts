import { Type, type Static } from "typebox";
import type { ServiceChange } from "../../app/service.ts";
import { extraOf, nullable } from "../input.ts";

export const serviceTypeSchema = Type.String({ minLength: 1, maxLength: 255 });

export const serviceAttributes = {
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  description: Type.Optional(nullable(Type.String())),
  enabled: Type.Optional(Type.Boolean()),
};

export const serviceUpdateSchema = Type.Object(
  {
    type: Type.Optional(serviceTypeSchema),
    ...serviceAttributes,
  },
  { minProperties: 1 },
);

export function serviceChangeOf(body: Static<typeof serviceUpdateSchema>): ServiceChange {
  return {
    type: body.type,
    name: body.name,
    description: body.description === null ? "" : body.description,
    enabled: body.enabled,
    extra: extraOf(body, { type: true, ...serviceAttributes }),
  };
}
