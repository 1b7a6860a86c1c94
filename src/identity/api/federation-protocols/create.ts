import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { protocolCreate as create } from "../../app/federation-protocol.ts";
import { remoteId } from "../identity-providers/schema.ts";
import { nullable, pathParam } from "../input.ts";
import { closed } from "../registered-limits/schema.ts";
import { protocolView } from "./view.ts";

export const mappingIdSchema = Type.String({ minLength: 1, maxLength: 64 });

export const protocolCreate = operation({
  body: Type.Object(
    {
      protocol: Type.Object(
        { mapping_id: mappingIdSchema, remote_id_attribute: Type.Optional(nullable(remoteId)) },
        closed,
      ),
    },
    closed,
  ),
  status: 201,
  handle: async (ctx: IdentityCtx, { params, body: { protocol: given } }) => {
    const at = { providerId: pathParam(params, "idp_id"), id: pathParam(params, "protocol_id") };
    const { mapping_id: mappingId, remote_id_attribute: attribute } = given;
    const protocol = await create(ctx, at, { mappingId, remoteIdAttribute: attribute ?? undefined });
    return { protocol: protocolView(ctx, protocol) };
  },
});
