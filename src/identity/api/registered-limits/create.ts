import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { registeredLimitsCreate as create } from "../../app/registered-limit.ts";
import { closed, registeredLimitSchema } from "./schema.ts";
import { registeredLimitView } from "./view.ts";

export const registeredLimitsCreate = operation({
  body: Type.Object({ registered_limits: Type.Array(registeredLimitSchema, { minItems: 1 }) }, closed),
  status: 201,
  handle: async (ctx: IdentityCtx, { body }) => {
    const made = await create(
      ctx,
      body.registered_limits.map((limit) => ({
        serviceId: limit.service_id,
        regionId: limit.region_id ?? undefined,
        resourceName: limit.resource_name,
        defaultLimit: limit.default_limit,
        description: limit.description ?? undefined,
      })),
    );
    return { registered_limits: made.map((limit) => registeredLimitView(ctx, limit)) };
  },
});
