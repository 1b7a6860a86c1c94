import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { registeredLimitFetch } from "../../app/registered-limit.ts";
import { pathParam } from "../input.ts";
import { registeredLimitView } from "./view.ts";

export const registeredLimitShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const found = await registeredLimitFetch(ctx.deps.database.db, pathParam(params, "registered_limit_id"));
    return { registered_limit: registeredLimitView(ctx, found) };
  },
});
