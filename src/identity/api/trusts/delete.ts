import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { trustDelete as remove } from "../../app/trust.ts";
import { pathParam } from "../input.ts";

export const trustDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "trust_id")),
});
