import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { consumerDelete as remove } from "../../app/oauth1-consumer.ts";
import { pathParam } from "../input.ts";

export const consumerDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "consumer_id")),
});
