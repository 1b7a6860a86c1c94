import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { protocolDelete as remove } from "../../app/federation-protocol.ts";
import { pathParam } from "../input.ts";

export const protocolDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    remove(ctx, pathParam(params, "idp_id"), pathParam(params, "protocol_id")),
});
