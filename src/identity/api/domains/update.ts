import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainUpdate as update } from "../../app/domain.ts";
import { updatedId } from "../input.ts";
import { domainChangeOf, domainUpdateSchema } from "./schema.ts";
import { domainView } from "./view.ts";

export const domainUpdate = operation({
  body: Type.Object({ domain: domainUpdateSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => ({
    domain: domainView(
      ctx,
      await update(ctx, updatedId(params, "domain_id", body.domain), domainChangeOf(body.domain)),
    ),
  }),
});
