import { operation } from "#http/index.ts";
import { callerHasSystem } from "../../app/assignment.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { selfLink } from "../links.ts";

export const authSystem = operation({
  handle: async (ctx: IdentityCtx) => ({
    system: (await callerHasSystem(ctx)) ? [{ all: true }] : [],
    links: selfLink(ctx, "auth/system"),
  }),
});
