import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { identityProviderCreate as create } from "../../app/identity-provider.ts";
import { nullable, pathParam } from "../input.ts";
import { closed } from "../registered-limits/schema.ts";
import { identityProviderAttributes, identityProviderChangeOf } from "./schema.ts";
import { identityProviderView } from "./view.ts";

const domainId = nullable(Type.String({ minLength: 1, maxLength: 64, pattern: "^[a-zA-Z0-9-]+$" }));

export const identityProviderCreate = operation({
  body: Type.Object(
    {
      identity_provider: Type.Optional(
        Type.Object({ ...identityProviderAttributes, domain_id: Type.Optional(domainId) }, closed),
      ),
    },
    closed,
  ),
  status: 201,
  handle: async (ctx: IdentityCtx, { params, body: { identity_provider: given = {} } }) => {
    const input = { ...identityProviderChangeOf(given), domainId: given.domain_id ?? undefined };
    const provider = await create(ctx, pathParam(params, "idp_id"), input);
    return { identity_provider: identityProviderView(ctx, provider) };
  },
});
