import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { groupUpdate as update } from "../../app/group.ts";
import { updatedId } from "../input.ts";
import { groupChangeOf, groupUpdateSchema } from "./schema.ts";
import { groupView } from "./view.ts";

export const groupUpdate = operation({
  body: Type.Object({ group: groupUpdateSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => ({
    group: groupView(
      ctx,
      await update(ctx, updatedId(params, "group_id", body.group), groupChangeOf(body.group)),
    ),
  }),
});
