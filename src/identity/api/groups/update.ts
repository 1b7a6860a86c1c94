import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { groupUpdate as update } from "../../app/group.ts";
import { pathParam } from "../input.ts";
import { groupChangeOf, groupUpdateSchema } from "./schema.ts";
import { groupView } from "./view.ts";

export const groupUpdate = operation({
  body: Type.Object({ group: groupUpdateSchema }),
  handle: async (ctx: IdentityCtx, { params, body }) => ({
    group: groupView(ctx, await update(ctx, pathParam(params, "group_id"), groupChangeOf(body.group))),
  }),
});
