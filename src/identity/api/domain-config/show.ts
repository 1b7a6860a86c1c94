import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { configFetch } from "../../app/domain-config.ts";
import { pathParam } from "../input.ts";
import { configPartOfPath } from "./part.ts";

export const domainConfigShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    config: await configFetch(ctx, pathParam(params, "domain_id"), configPartOfPath(params)),
  }),
});
