import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { orderFetch } from "../../app/order.ts";
import { orderIdParse } from "../../domain/order.ts";
import { orderView } from "./view.ts";

export const orderShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) =>
    orderView(ctx.baseUrl, await orderFetch(ctx, orderIdParse(params["order_id"] ?? ""))),
});
