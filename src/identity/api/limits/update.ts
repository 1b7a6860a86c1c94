import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { limitUpdate as update } from "../../app/limit.ts";
import { nullable, pathParam } from "../input.ts";
import { closed, limitValue } from "../registered-limits/schema.ts";
import { limitView } from "./view.ts";

const changeable = Type.Object(
  { resource_limit: Type.Optional(limitValue), description: Type.Optional(nullable(Type.String())) },
  closed,
);

export const limitUpdate = operation({
  body: Type.Object({ limit: changeable }, closed),
  handle: async (ctx: IdentityCtx, { params, body: { limit } }) => {
    const change = { resourceLimit: limit.resource_limit, description: limit.description };
    return { limit: limitView(ctx, await update(ctx, pathParam(params, "limit_id"), change)) };
  },
});
