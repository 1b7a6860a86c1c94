import { Type, type Static } from "typebox";
import type { EndpointChange } from "../../app/endpoint.ts";
import { extraOf, nullable } from "../input.ts";

export const endpointRequired = {
  service_id: Type.String({ minLength: 1 }),
  interface: Type.Union([Type.Literal("public"), Type.Literal("internal"), Type.Literal("admin")]),
  url: Type.String({ maxLength: 225, pattern: "^[a-zA-Z0-9+.-]+:.+" }),
};

export const endpointAttributes = {
  region: Type.Optional(nullable(Type.String({ maxLength: 255 }))),
  region_id: Type.Optional(nullable(Type.String({ maxLength: 255 }))),
  enabled: Type.Optional(Type.Boolean()),
};

export const endpointUpdateSchema = Type.Object(
  {
    service_id: Type.Optional(endpointRequired.service_id),
    interface: Type.Optional(endpointRequired.interface),
    url: Type.Optional(endpointRequired.url),
    ...endpointAttributes,
  },
  { minProperties: 1 },
);

export function endpointChangeOf(body: Static<typeof endpointUpdateSchema>): EndpointChange {
  return {
    serviceId: body.service_id,
    interface: body.interface,
    regionId: body.region_id,
    region: body.region,
    url: body.url,
    enabled: body.enabled,
    extra: extraOf(body, { ...endpointRequired, ...endpointAttributes }),
  };
}
