import { isoMicroseconds } from "#base/clock.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostIsUp } from "../../app/host.ts";
import type { Host } from "../../store/hosts.ts";
import { hostIdOf } from "../host-id.ts";

/** An agent is what clients know as the service `nova-compute`. */
export const computeBinary = "nova-compute";

export function serviceView(ctx: ComputeCtx, host: Host): object {
  return {
    id: hostIdOf(ctx, host),
    binary: computeBinary,
    host: host.hostname,
    zone: host.zone,
    status: host.disabled ? "disabled" : "enabled",
    state: hostIsUp(host, ctx.clock.now()) ? "up" : "down",
    updated_at: isoMicroseconds(host.seenAt),
    disabled_reason: host.disabledReason,
    ...(atLeast(ctx, "2.11") ? { forced_down: host.forcedDown } : {}),
  };
}
