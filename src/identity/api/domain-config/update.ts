import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainConfigUpdate as update } from "../../app/domain-config.ts";
import { pathParam } from "../input.ts";
import { configBody, optionPathOf, wholeConfigBody } from "./path.ts";

export const domainConfigUpdate = operation({
  body: wholeConfigBody,
  handle: async (ctx: IdentityCtx, { params, body: { config } }) => ({
    config: await update(ctx, pathParam(params, "domain_id"), optionPathOf(params), config),
  }),
});

/** Its body is the option without its group. */
export const domainConfigUpdateOption = operation({
  body: configBody,
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const config = { [pathParam(params, "group")]: body.config };
    return { config: await update(ctx, pathParam(params, "domain_id"), optionPathOf(params), config) };
  },
});
