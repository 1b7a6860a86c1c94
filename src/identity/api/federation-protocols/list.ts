import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { protocolList } from "../../app/federation-protocol.ts";
import { pathParam } from "../input.ts";
import { collection } from "../links.ts";
import { protocolListView } from "./view.ts";

export const protocolsList = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const providerId = pathParam(params, "idp_id");
    const items = (await protocolList(ctx, providerId)).map((protocol) => protocolListView(ctx, protocol));
    const path = `OS-FEDERATION/identity_providers/${providerId}/protocols`;
    return collection(ctx, "protocols", { path, items });
  },
});
