import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { consumerUpdate as update } from "../../app/oauth1-consumer.ts";
import { pathParam } from "../input.ts";
import { consumerAttributes, consumerChangeOf } from "./schema.ts";
import { consumerView } from "./view.ts";

export const consumerUpdate = operation({
  body: Type.Object({ consumer: Type.Object(consumerAttributes, { minProperties: 1 }) }),
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const id = pathParam(params, "consumer_id");
    if ("secret" in body.consumer)
      throw new CloudError("invalid", "A consumer's secret cannot be changed: make a new consumer.");
    return { consumer: consumerView(ctx, await update(ctx, id, consumerChangeOf(body.consumer))) };
  },
});
