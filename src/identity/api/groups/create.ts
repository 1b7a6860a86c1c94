import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { groupCreate as create } from "../../app/group.ts";
import { nameSchema } from "../input.ts";
import { groupAttributes, groupChangeOf } from "./schema.ts";
import { groupView } from "./view.ts";

export const groupCreate = operation({
  body: Type.Object({ group: Type.Object({ name: nameSchema(64), ...groupAttributes }) }),
  status: 201,
  handle: async (ctx: IdentityCtx, { body: { group } }) => ({
    group: groupView(ctx, await create(ctx, { ...groupChangeOf(group), name: group.name.trim() })),
  }),
});
