import { operation, Reply } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { configReplace } from "../../app/domain-config.ts";
import { pathParam } from "../input.ts";
import { configBody } from "./part.ts";

export const domainConfigReplace = operation({
  body: configBody,
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const { config, made } = await configReplace(ctx, pathParam(params, "domain_id"), body.config);
    return new Reply(made ? 201 : 200, { config });
  },
});
