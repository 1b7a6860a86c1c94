import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { configDelete } from "../../app/domain-config.ts";
import { pathParam } from "../input.ts";
import { configPartOfPath } from "./part.ts";

export const domainConfigDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) =>
    configDelete(ctx, pathParam(params, "domain_id"), configPartOfPath(params)),
});
