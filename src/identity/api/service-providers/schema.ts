import { Type, type Static } from "typebox";
import type { ServiceProviderChange } from "../../app/service-provider.ts";
import { nullable } from "../input.ts";

export const urlSchema = Type.String({ maxLength: 225, pattern: "^[a-zA-Z0-9+.-]+:.+" });

export const serviceProviderAttributes = {
  enabled: Type.Optional(Type.Boolean()),
  description: Type.Optional(nullable(Type.String())),
  relay_state_prefix: Type.Optional(nullable(Type.String({ maxLength: 256 }))),
};

const schema = Type.Object({
  ...serviceProviderAttributes,
  auth_url: Type.Optional(urlSchema),
  sp_url: Type.Optional(urlSchema),
});

export function serviceProviderChangeOf(body: Static<typeof schema>): ServiceProviderChange {
  return {
    authUrl: body.auth_url,
    spUrl: body.sp_url,
    enabled: body.enabled,
    description: body.description,
    relayStatePrefix: body.relay_state_prefix ?? undefined,
  };
}
