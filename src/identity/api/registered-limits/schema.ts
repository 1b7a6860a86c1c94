import { Type, type Static } from "typebox";
import type { RegisteredLimitChange } from "../../app/registered-limit.ts";
import { nameSchema, nullable } from "../input.ts";

/** -1: no limit. */
export const limitValue = Type.Integer({ minimum: -1, maximum: 0x7fffffff });
export const regionIdSchema = nullable(Type.String({ minLength: 1, maxLength: 255 }));
export const closed = { additionalProperties: false } as const;

const optional = {
  region_id: Type.Optional(regionIdSchema),
  description: Type.Optional(nullable(Type.String())),
};

export const registeredLimitSchema = Type.Object(
  { service_id: Type.String(), resource_name: nameSchema(255), default_limit: limitValue, ...optional },
  closed,
);

export const registeredLimitUpdateSchema = Type.Object(
  {
    service_id: Type.Optional(Type.String()),
    resource_name: Type.Optional(nameSchema(255)),
    default_limit: Type.Optional(limitValue),
    ...optional,
  },
  closed,
);

export function registeredLimitChangeOf(
  body: Static<typeof registeredLimitUpdateSchema>,
): RegisteredLimitChange {
  return {
    serviceId: body.service_id,
    regionId: body.region_id,
    resourceName: body.resource_name,
    defaultLimit: body.default_limit,
    description: body.description,
  };
}
