import { Type } from "typebox";
import { CloudError } from "#base/errors.ts";
import { atLeast, operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostChange, hostFetchByName } from "../../app/host.ts";
import type { HostSetting } from "../../store/hosts.ts";
import { hostName, isNovaTrue, novaBoolean } from "../parameter-schemas.ts";
import { computeBinary } from "./view.ts";

const closed = { additionalProperties: false };
const base = {
  host: hostName,
  binary: Type.String({ minLength: 1, maxLength: 255 }),
  disabled_reason: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
};
const at11 = { ...base, forced_down: Type.Optional(novaBoolean) };

interface ActBody {
  readonly host: string;
  readonly binary: string;
  readonly disabled_reason?: string;
  readonly forced_down?: boolean | string;
}

interface Act {
  readonly setting: HostSetting;
  /** What the answer says beside host and binary. */
  readonly shown: object;
}

const acts: Readonly<Record<string, (body: ActBody) => Act>> = {
  enable: () => ({ setting: { disabled: false, disabledReason: null }, shown: { status: "enabled" } }),
  disable: () => ({ setting: { disabled: true, disabledReason: null }, shown: { status: "disabled" } }),
  "disable-log-reason": ({ disabled_reason: reason }) => {
    if (reason === undefined) throw new CloudError("invalid", "Missing disabled reason field");
    return {
      setting: { disabled: true, disabledReason: reason },
      shown: { status: "disabled", disabled_reason: reason },
    };
  },
  "force-down": ({ forced_down: forced }) => {
    if (forced === undefined) throw new CloudError("invalid", "Missing forced_down field");
    const forcedDown = isNovaTrue(forced);
    return { setting: { forcedDown }, shown: { forced_down: forcedDown } };
  },
};

/** PUT /os-services/{enable,disable,disable-log-reason,force-down}, until 2.52: the body names the host. */
export const serviceAct = operation({
  body: [
    { from: "2.1", schema: Type.Object(base, closed) },
    { from: "2.11", schema: Type.Object(at11, closed) },
  ],
  handle: async (ctx: ComputeCtx, input) => {
    const body: ActBody = input.body;
    const name = input.params["id"] ?? "";
    const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
    if (!act || (name === "force-down" && !atLeast(ctx, "2.11")))
      throw new CloudError("not-found", "Unknown action");
    const { setting, shown } = act(body);
    const { host: hostname, binary } = body;
    if (binary !== computeBinary) {
      throw new CloudError(
        "invalid",
        `Updating a ${binary} service is not supported. Only ${computeBinary} services can be updated.`,
      );
    }
    const host = await hostFetchByName(ctx, hostname, `Could not find binary ${binary} on host ${hostname}.`);
    await hostChange(ctx, host, setting);
    return { service: { host: hostname, binary, ...shown } };
  },
});
