import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { registeredLimitUpdate as update } from "../../app/registered-limit.ts";
import { pathParam } from "../input.ts";
import { closed, registeredLimitChangeOf, registeredLimitUpdateSchema } from "./schema.ts";
import { registeredLimitView } from "./view.ts";

export const registeredLimitUpdate = operation({
  body: Type.Object({ registered_limit: registeredLimitUpdateSchema }, closed),
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const change = registeredLimitChangeOf(body.registered_limit);
    const changed = await update(ctx, pathParam(params, "registered_limit_id"), change);
    return { registered_limit: registeredLimitView(ctx, changed) };
  },
});
