import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { protocolUpdate as update } from "../../app/federation-protocol.ts";
import { remoteId } from "../identity-providers/schema.ts";
import { pathParam } from "../input.ts";
import { closed } from "../registered-limits/schema.ts";
import { mappingIdSchema } from "./create.ts";
import { protocolView } from "./view.ts";

export const protocolUpdate = operation({
  body: Type.Object(
    {
      protocol: Type.Object(
        { mapping_id: mappingIdSchema, remote_id_attribute: Type.Optional(remoteId) },
        closed,
      ),
    },
    closed,
  ),
  handle: async (ctx: IdentityCtx, { params, body: { protocol: given } }) => {
    const at = { providerId: pathParam(params, "idp_id"), id: pathParam(params, "protocol_id") };
    const change = { mappingId: given.mapping_id, remoteIdAttribute: given.remote_id_attribute };
    return { protocol: protocolView(ctx, await update(ctx, at, change)) };
  },
});
