import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { consumerCreate as create } from "../../app/oauth1-consumer.ts";
import { consumerAttributes, consumerChangeOf } from "./schema.ts";
import { consumerView } from "./view.ts";

export const consumerCreate = operation({
  body: Type.Object({ consumer: Type.Object(consumerAttributes) }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body }) => {
    const { consumer, secret } = await create(ctx, consumerChangeOf(body.consumer));
    // The one answer that shows it.
    return { consumer: { ...consumerView(ctx, consumer), secret: secret.expose() } };
  },
});
