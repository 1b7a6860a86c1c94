import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainCreate as create } from "../../app/domain.ts";
import { nameSchema, nullable } from "../input.ts";
import { domainView } from "./view.ts";

export const domainCreate = operation({
  body: Type.Object({
    domain: Type.Object({
      name: nameSchema(64),
      description: Type.Optional(nullable(Type.String())),
      enabled: Type.Optional(Type.Boolean()),
    }),
  }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body }) => ({ domain: domainView(ctx, await create(ctx, body.domain)) }),
});
