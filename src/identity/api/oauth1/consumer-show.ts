import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { consumerFetch } from "../../app/oauth1-consumer.ts";
import { pathParam } from "../input.ts";
import { consumerView } from "./view.ts";

export const consumerShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    consumer: consumerView(ctx, await consumerFetch(ctx.deps.database.db, pathParam(params, "consumer_id"))),
  }),
});
