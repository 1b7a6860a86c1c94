import { operation, Reply } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { domainConfigCreate as create } from "../../app/domain-config.ts";
import { pathParam } from "../input.ts";
import { wholeConfigBody } from "./path.ts";

/** 201, or 200 when the domain had options before. */
export const domainConfigCreate = operation({
  body: wholeConfigBody,
  handle: async (ctx: IdentityCtx, { params, body: { config } }) => {
    const replaced = await create(ctx, pathParam(params, "domain_id"), config);
    return new Reply(replaced ? 200 : 201, { config });
  },
});
