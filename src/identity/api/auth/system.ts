import { operation } from "#http/index.ts";
import { grantList } from "../../app/assignment.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { selfLink } from "../links.ts";

export const authSystem = operation({
  handle: async (ctx: IdentityCtx) => {
    const roles = await grantList(ctx, ctx.caller.userId, { kind: "system" });
    return { system: roles.length > 0 ? [{ all: true }] : [], links: selfLink(ctx, "auth/system") };
  },
});
