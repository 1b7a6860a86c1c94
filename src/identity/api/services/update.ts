import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { serviceUpdate as update } from "../../app/service.ts";
import { updatedId } from "../input.ts";
import { serviceChangeOf, serviceUpdateSchema } from "./schema.ts";
import { serviceView } from "./view.ts";

export const serviceUpdate = operation({
  body: Type.Object({ service: serviceUpdateSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => ({
    service: serviceView(
      ctx,
      await update(ctx, updatedId(params, "service_id", body.service), serviceChangeOf(body.service)),
    ),
  }),
});
