import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { transportKeyDelete } from "../../app/transport-key.ts";

export const transportKeyDeleteOperation = operation({
  status: 204,
  handle: (ctx: KeyManagerCtx, { params }) => transportKeyDelete(ctx, params["transport_key_id"] ?? ""),
});
