import { isoMicroseconds } from "#base/clock.ts";
import { operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { hostIsUp, hostsAll } from "../../app/host.ts";
import { controlBinaries, internalZone } from "../services/control.ts";
import type { Host } from "../../store/hosts.ts";

/** Zones of aggregates, and the default one of hosts in none; as in Nova a zone is available while an enabled host is in it. */
async function zones(ctx: ComputeCtx, detailed: boolean): Promise<object> {
  const all = await hostsAll(ctx);
  const names = [...new Set(all.map(({ zone }) => zone))].toSorted();
  const view = (zoneName: string): object => {
    const enabled = all.filter((host) => host.zone === zoneName && !host.disabled);
    const available = enabled.length > 0;
    return {
      zoneName,
      zoneState: { available },
      hosts: detailed && available ? hostsView(ctx, enabled) : null,
    };
  };
  return { availabilityZoneInfo: [...names.map(view), ...(detailed ? [internalView(ctx)] : [])] };
}

/** As Nova's, only in detail. */
function internalView(ctx: ComputeCtx): object {
  const service = { available: true, active: true, updated_at: isoMicroseconds(ctx.clock.now()) };
  const services = Object.values(controlBinaries).map((binary) => [binary, service] as const);
  return {
    zoneName: internalZone,
    zoneState: { available: true },
    hosts: { [ctx.deps.controlHost]: Object.fromEntries(services) },
  };
}

function hostsView(ctx: ComputeCtx, hosts: readonly Host[]): object {
  const now = ctx.clock.now();
  return Object.fromEntries(
    hosts.map((host) => {
      const service = {
        available: hostIsUp(host, now),
        active: true,
        updated_at: isoMicroseconds(host.seenAt),
      };
      return [host.hostname, { "nova-compute": service }];
    }),
  );
}

/** GET /os-availability-zone */
export const availabilityZoneList = operation<ComputeDeps>({ handle: (ctx) => zones(ctx, false) });

/** GET /os-availability-zone/detail: with hosts, for administrators */
export const availabilityZoneListDetail = operation<ComputeDeps>({ handle: (ctx) => zones(ctx, true) });
