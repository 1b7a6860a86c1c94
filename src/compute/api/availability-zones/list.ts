import { isoMicroseconds } from "#base/clock.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { hostIsUp, hostsAll } from "../../app/host.ts";

/** Every host is in the one zone; as in Nova it is there only while an enabled host is. */
async function zones(ctx: ComputeCtx, detailed: boolean): Promise<object> {
  const all = await hostsAll(ctx);
  const enabled = all.filter((host) => !host.disabled);
  const available = enabled.length > 0;
  const hosts = Object.fromEntries(
    enabled.map((host) => {
      const up = hostIsUp(host, ctx.clock.now());
      return [
        host.hostname,
        { "nova-compute": { available: up, active: true, updated_at: isoMicroseconds(host.seenAt) } },
      ];
    }),
  );
  const zone = {
    zoneName: "nova",
    zoneState: { available },
    hosts: detailed && available ? hosts : null,
  };
  return { availabilityZoneInfo: all.length === 0 ? [] : [zone] };
}

/** GET /os-availability-zone */
export const availabilityZoneList = operation<ComputeDeps>({ handle: (ctx) => zones(ctx, false) });

/** GET /os-availability-zone/detail: with hosts, for administrators */
export const availabilityZoneListDetail = operation<ComputeDeps>({ handle: (ctx) => zones(ctx, true) });
