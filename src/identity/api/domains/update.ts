import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainUpdate as update } from "../../app/domain.ts";
import { nameSchema, nullable, pathParam } from "../input.ts";
import { domainView } from "./view.ts";

export const domainUpdate = operation({
  body: Type.Object({
    domain: Type.Object({
      name: Type.Optional(nameSchema(64)),
      description: Type.Optional(nullable(Type.String())),
      enabled: Type.Optional(Type.Boolean()),
    }),
  }),
  handle: async (ctx: IdentityCtx, { params, body }) => ({
    domain: domainView(ctx, await update(ctx, pathParam(params, "domain_id"), body.domain)),
  }),
});
