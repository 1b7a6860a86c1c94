import { operation, Reply } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { versionView } from "./view.ts";

/** 300 Multiple Choices, even with one choice: so clients of Keystone know it. */
export const versionsList = operation({
  handle: async (ctx: IdentityCtx) =>
    new Reply(300, { versions: { values: [versionView(ctx)] } }, { Location: `${ctx.baseUrl}/v3/` }),
});
