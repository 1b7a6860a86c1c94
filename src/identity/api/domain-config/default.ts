import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainConfigDefault } from "../../app/domain-config.ts";
import { optionPathOf } from "./path.ts";

export const domainConfigDefaultShow = operation({
  handle: async (_ctx: IdentityCtx, { params }) => ({ config: domainConfigDefault(optionPathOf(params)) }),
});
