import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { versionView } from "./view.ts";

export const versionShow = operation({
  handle: async (ctx: IdentityCtx) => ({ version: versionView(ctx) }),
});
