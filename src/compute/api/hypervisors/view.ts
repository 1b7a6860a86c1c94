import { CloudError } from "#base/errors.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostIsUp } from "../../app/host.ts";
import type { Server } from "../../domain/server.ts";
import { instanceNameOf } from "../../domain/instance-name.ts";
import type { Host } from "../../store/hosts.ts";
import { hostIdOf } from "../host-id.ts";
import { booleanOf, queryText, type Query } from "../paging.ts";

/** `with_servers`, since 2.53 a strict boolean. */
export function withServers(ctx: ComputeCtx, query: Query): boolean {
  const text = atLeast(ctx, "2.53") ? queryText(query, "with_servers") : undefined;
  if (text === undefined) return false;
  const wanted = text === "" ? undefined : booleanOf(text);
  if (wanted !== undefined) return wanted;
  throw new CloudError(
    "invalid",
    `Invalid input for query parameters with_servers. Value: ${text}. It must be a boolean.`,
  );
}

export function hypervisorSummary(ctx: ComputeCtx, host: Host): object {
  return {
    id: hostIdOf(ctx, host),
    hypervisor_hostname: host.hostname,
    state: hostIsUp(host, ctx.clock.now()) ? "up" : "down",
    status: host.disabled ? "disabled" : "enabled",
  };
}

/** `uptime`: shown from 2.88 on. */
export function hypervisorDetail(
  ctx: ComputeCtx,
  host: Host,
  servers: readonly Server[],
  uptime: string | null,
): object {
  const { facts } = host;
  return {
    ...hypervisorSummary(ctx, host),
    hypervisor_type: facts.hypervisorType,
    hypervisor_version: facts.hypervisorVersion,
    host_ip: facts.address,
    service: { id: hostIdOf(ctx, host), host: host.hostname, disabled_reason: host.disabledReason },
    // Capacity is Placement's business from 2.88 on.
    ...(atLeast(ctx, "2.88") ? { uptime } : { ...usage(host, servers), cpu_info: cpuInfo(ctx, host) }),
  };
}

function cpuInfo(ctx: ComputeCtx, host: Host): object | string {
  const { arch, model, vendor, sockets, cores, threads } = host.facts.cpuInfo;
  const info = { arch, model, vendor, topology: { sockets, cores, threads }, features: [] };
  return atLeast(ctx, "2.28") ? info : JSON.stringify(info);
}

/** What `openstack hypervisor stats show` adds up. */
export function usage(host: Host, servers: readonly Server[]): Record<string, number> {
  const sum = (amount: (server: Server) => number): number =>
    servers.reduce((total, server) => total + amount(server), 0);
  const memoryUsed =
    sum((server) => server.flavor.memoryMiB) + (host.facts.inventories["MEMORY_MB"]?.reserved ?? 0);
  const diskUsed = sum((server) => server.flavor.rootGiB + server.flavor.ephemeralGiB);
  return {
    vcpus: host.facts.vcpus,
    vcpus_used: sum((server) => server.flavor.vcpus),
    memory_mb: host.facts.memoryMiB,
    memory_mb_used: memoryUsed,
    free_ram_mb: host.facts.memoryMiB - memoryUsed,
    local_gb: host.facts.diskGiB,
    local_gb_used: diskUsed,
    free_disk_gb: host.facts.diskGiB - diskUsed,
    disk_available_least: host.facts.diskGiB - diskUsed,
    running_vms: servers.length,
    current_workload: servers.filter((server) => server.taskState !== undefined).length,
  };
}

/** The servers on a hypervisor, as `with_servers=true` and `/servers` show them; a hypervisor without any says so since 2.75. */
export function hypervisorServers(ctx: ComputeCtx, servers: readonly Server[]): object {
  if (servers.length === 0 && !atLeast(ctx, "2.75")) return {};
  return { servers: servers.map((server) => ({ uuid: server.id, name: instanceNameOf(server) })) };
}
