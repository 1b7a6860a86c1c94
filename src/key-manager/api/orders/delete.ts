import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { orderDelete } from "../../app/order.ts";
import { orderIdParse } from "../../domain/order.ts";

export const orderDeleteOperation = operation({
  status: 204,
  handle: async (ctx: KeyManagerCtx, { params }) => orderDelete(ctx, orderIdParse(params["order_id"] ?? "")),
});
