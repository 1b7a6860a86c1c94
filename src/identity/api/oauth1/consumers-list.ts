import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { consumerList } from "../../app/oauth1-consumer.ts";
import { collection } from "../links.ts";
import { consumerView } from "./view.ts";

export const consumersList = operation({
  handle: async (ctx: IdentityCtx) => {
    const items = (await consumerList(ctx)).map((consumer) => consumerView(ctx, consumer));
    return collection(ctx, "consumers", { path: "OS-OAUTH1/consumers", items });
  },
});
