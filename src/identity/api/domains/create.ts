import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainCreate as create } from "../../app/domain.ts";
import { nameSchema } from "../input.ts";
import { domainAttributes, domainChangeOf } from "./schema.ts";
import { domainView } from "./view.ts";

export const domainCreate = operation({
  body: Type.Object({
    domain: Type.Object({
      name: nameSchema(64),
      ...domainAttributes,
      // Lets two clouds have the same domain.
      explicit_domain_id: Type.Optional(Type.String({ pattern: "^[0-9a-f]{32}$" })),
    }),
  }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { domain } }) => {
    const given = { name: domain.name.trim(), id: domain.explicit_domain_id };
    return { domain: domainView(ctx, await create(ctx, { ...domainChangeOf(domain), ...given })) };
  },
});
