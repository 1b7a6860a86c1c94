import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostChange, hostFetchByName } from "../../app/host.ts";

const enableOrDisable = Type.Optional(
  Type.Enum(["enable", "disable", "Enable", "Disable", "ENABLE", "DISABLE"]),
);

/** PUT /os-hosts/{hostname}, until 2.42: takes new servers or not. Maintenance is what no libvirt host of Nova does either. */
export const hostUpdate = operation({
  body: Type.Object(
    { status: enableOrDisable, maintenance_mode: enableOrDisable },
    { additionalProperties: false, minProperties: 1 },
  ),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const name = params["id"] ?? "";
    const host = await hostFetchByName(ctx, name, `Compute host ${name} could not be found.`);
    if (body.maintenance_mode !== undefined) {
      throw new CloudError(
        "not-implemented",
        "The requested functionality is not supported: hosts have no maintenance mode, disable the host instead.",
      );
    }
    const disabled = body.status?.toLowerCase() === "disable";
    await hostChange(ctx, host, { disabled, disabledReason: null });
    return { host: name, status: disabled ? "disabled" : "enabled" };
  },
});
