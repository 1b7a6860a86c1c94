import { isoMicroseconds } from "#base/clock.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostIsUp } from "../../app/host.ts";
import type { Host } from "../../store/hosts.ts";

/** An agent is what clients know as the service `nova-compute`. */
export function serviceView(ctx: ComputeCtx, host: Host): object {
  return {
    id: atLeast(ctx, "2.53") ? host.id : host.number,
    binary: "nova-compute",
    host: host.hostname,
    zone: "nova",
    status: host.disabled ? "disabled" : "enabled",
    state: hostIsUp(host, ctx.clock.now()) ? "up" : "down",
    updated_at: isoMicroseconds(host.seenAt),
    disabled_reason: host.disabledReason,
    ...(atLeast(ctx, "2.11") ? { forced_down: false } : {}),
  };
}
