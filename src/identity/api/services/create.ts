import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { serviceCreate as create } from "../../app/service.ts";
import { serviceAttributes, serviceChangeOf, serviceTypeSchema } from "./schema.ts";
import { serviceView } from "./view.ts";

export const serviceCreate = operation({
  body: Type.Object({ service: Type.Object({ type: serviceTypeSchema, ...serviceAttributes }) }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { service } }) => ({
    service: serviceView(ctx, await create(ctx, { ...serviceChangeOf(service), type: service.type })),
  }),
});
