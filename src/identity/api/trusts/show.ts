import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { trustFetch } from "../../app/trust.ts";
import { pathParam } from "../input.ts";
import { trustView } from "./view.ts";

export const trustShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    trust: trustView(ctx, await trustFetch(ctx, pathParam(params, "trust_id"), "identity:get_trust")),
  }),
});
