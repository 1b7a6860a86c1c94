import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { protocolFetch } from "../../app/federation-protocol.ts";
import { pathParam } from "../input.ts";
import { protocolView } from "./view.ts";

export const protocolShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const [providerId, id] = [pathParam(params, "idp_id"), pathParam(params, "protocol_id")];
    return { protocol: protocolView(ctx, await protocolFetch(ctx.deps.database.db, providerId, id)) };
  },
});
