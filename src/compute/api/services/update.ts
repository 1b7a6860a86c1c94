import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostChange } from "../../app/host.ts";
import { hostOfPath } from "../host-id.ts";
import { isNovaTrue, novaBoolean } from "../parameter-schemas.ts";
import { controlServiceRefuse } from "./control.ts";
import { serviceView } from "./view.ts";

/** PUT /os-services/{id}, since 2.53: what the body leaves out stays. */
export const serviceUpdate = operation({
  body: Type.Object(
    {
      status: Type.Optional(Type.Union([Type.Literal("enabled"), Type.Literal("disabled")])),
      disabled_reason: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
      forced_down: Type.Optional(novaBoolean),
    },
    { additionalProperties: false },
  ),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const { status, disabled_reason: reason, forced_down: forced } = body;
    controlServiceRefuse(ctx, params["id"] ?? "");
    const host = await hostOfPath(ctx, params["id"] ?? "", "Service");
    if (status === "enabled" && reason !== undefined)
      throw new CloudError("invalid", "Specifying 'disabled_reason' with status 'enabled' is invalid.");
    if (status === undefined && forced === undefined) {
      throw new CloudError(
        "invalid",
        "No updates were requested. Fields 'status' or 'forced_down' should be specified.",
      );
    }
    const changed = await hostChange(ctx, host, {
      ...(status === undefined ? {} : { disabled: status === "disabled", disabledReason: reason ?? null }),
      ...(forced === undefined ? {} : { forcedDown: isNovaTrue(forced) }),
    });
    return { service: serviceView(ctx, changed) };
  },
});
