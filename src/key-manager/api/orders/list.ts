import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { orderList } from "../../app/order.ts";
import { pageParse } from "../../domain/page.ts";
import { pageLinks, pageParameters } from "../page-links.ts";
import { orderView } from "./view.ts";

export const orderListOperation = operation({
  query: Type.Object(pageParameters),
  handle: async (ctx: KeyManagerCtx, { query }) => {
    const page = pageParse(query);
    const listed = await orderList(ctx, page);
    return {
      orders: listed.items.map((order) => orderView(ctx.baseUrl, order)),
      ...pageLinks(`${ctx.baseUrl}/v1/orders`, listed, page),
    };
  },
});
