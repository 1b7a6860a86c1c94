import { operation } from "#http/index.ts";
import { configDefault } from "../../app/domain-config.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { configPartOfPath } from "./part.ts";

export const domainConfigDefault = operation({
  handle: async (_ctx: IdentityCtx, { params }) => ({ config: configDefault(configPartOfPath(params)) }),
});
