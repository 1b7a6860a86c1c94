import { isoMicroseconds } from "#base/clock.ts";
import type { UsageQuery } from "../../app/tenant-usage.ts";
import type { ServerUsage } from "../../store/server-usages.ts";

type Window = Pick<UsageQuery, "start" | "stop"> & { readonly now: number };

function hoursOf(usage: ServerUsage, { start, stop }: Window): number {
  const until = Math.min(stop, usage.terminatedAt ?? stop);
  return Math.max(0, until - Math.max(usage.launchedAt, start)) / 3_600_000;
}

function serverUsageView(usage: ServerUsage, window: Window): object {
  return {
    instance_id: usage.serverId,
    name: usage.name,
    tenant_id: usage.projectId,
    flavor: usage.flavorName,
    memory_mb: usage.memoryMiB,
    local_gb: usage.diskGiB,
    vcpus: usage.vcpus,
    hours: hoursOf(usage, window),
    started_at: isoMicroseconds(usage.launchedAt),
    ended_at: usage.terminatedAt === undefined ? null : isoMicroseconds(usage.terminatedAt),
    state: usage.vmState ?? "terminated",
    uptime: Math.floor(((usage.terminatedAt ?? window.now) - usage.launchedAt) / 1000),
  };
}

/** What one project's servers took: sums, and each server when it is asked for. */
export function tenantUsageView(
  projectId: string,
  usages: readonly ServerUsage[],
  window: Window,
  detailed: boolean,
): object {
  const total = (amount: (usage: ServerUsage) => number): number =>
    usages.reduce((sum, usage) => sum + amount(usage) * hoursOf(usage, window), 0);
  return {
    tenant_id: projectId,
    ...(detailed ? { server_usages: usages.map((usage) => serverUsageView(usage, window)) } : {}),
    total_local_gb_usage: total(({ diskGiB }) => diskGiB),
    total_vcpus_usage: total(({ vcpus }) => vcpus),
    total_memory_mb_usage: total(({ memoryMiB }) => memoryMiB),
    total_hours: total(() => 1),
    start: isoMicroseconds(window.start),
    stop: isoMicroseconds(window.stop),
  };
}
