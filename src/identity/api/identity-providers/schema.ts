import { Type, type Static } from "typebox";
import type { IdentityProviderChange } from "../../app/identity-provider.ts";
import { nullable } from "../input.ts";

/** Of a name by which a provider is known in an assertion. */
export const remoteId = Type.String({ maxLength: 64 });

export const identityProviderAttributes = {
  enabled: Type.Optional(Type.Boolean()),
  description: Type.Optional(nullable(Type.String())),
  authorization_ttl: Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 0x7fffffff }))),
  remote_ids: Type.Optional(nullable(Type.Array(remoteId, { uniqueItems: true }))),
};

const schema = Type.Object(identityProviderAttributes);

export function identityProviderChangeOf(body: Static<typeof schema>): IdentityProviderChange {
  return {
    enabled: body.enabled,
    description: body.description,
    authorizationTtl: body.authorization_ttl,
    remoteIds: body.remote_ids === null ? [] : body.remote_ids,
  };
}
