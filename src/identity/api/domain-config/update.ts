import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { configUpdate } from "../../app/domain-config.ts";
import { pathParam } from "../input.ts";
import { configBody, configPartOfPath } from "./part.ts";

export const domainConfigUpdate = operation({
  body: configBody,
  handle: async (ctx: IdentityCtx, { params, body }) => {
    const input = { part: configPartOfPath(params), body: body.config };
    return { config: await configUpdate(ctx, pathParam(params, "domain_id"), input) };
  },
});
