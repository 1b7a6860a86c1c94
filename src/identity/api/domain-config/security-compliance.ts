import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { configSecurityCompliance } from "../../app/domain-config.ts";
import { pathParam } from "../input.ts";

export const domainSecurityCompliance = operation({
  handle: async (_ctx: IdentityCtx, { params }) => ({
    config: configSecurityCompliance(pathParam(params, "domain_id"), params["option"]),
  }),
});
