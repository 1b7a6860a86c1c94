import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostFetch, hostSetDisabled } from "../../app/host.ts";
import { serviceView } from "./view.ts";

const closed = { additionalProperties: false };

/** PUT /os-services/{id}, since 2.53: enables or disables a host for new servers. */
export const serviceUpdate = operation({
  body: Type.Object(
    {
      status: Type.Union([Type.Literal("enabled"), Type.Literal("disabled")]),
      disabled_reason: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    },
    closed,
  ),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const disabled = body.status === "disabled";
    if (!disabled && body.disabled_reason !== undefined) {
      throw new CloudError("invalid", "Specifying disabled_reason with status enabled is invalid.");
    }
    const host = await hostFetch(ctx, params["id"] ?? "", "Service");
    const changed = await hostSetDisabled(ctx, host, { disabled, reason: body.disabled_reason ?? null });
    return { service: serviceView(ctx, changed) };
  },
});
