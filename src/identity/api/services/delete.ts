import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { serviceDelete as remove } from "../../app/service.ts";
import { pathParam } from "../input.ts";

export const serviceDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "service_id")),
});
