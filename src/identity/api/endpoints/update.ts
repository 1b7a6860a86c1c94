import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { endpointUpdate as update } from "../../app/endpoint.ts";
import { updatedId } from "../input.ts";
import { endpointChangeOf, endpointUpdateSchema } from "./schema.ts";
import { endpointView } from "./view.ts";

export const endpointUpdate = operation({
  body: Type.Object({ endpoint: endpointUpdateSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => ({
    endpoint: endpointView(
      ctx,
      await update(ctx, updatedId(params, "endpoint_id", body.endpoint), endpointChangeOf(body.endpoint)),
    ),
  }),
});
