import { atLeast, operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { serverDiagnostics, type Diagnostics } from "../../app/server-diagnostics.ts";
import type { Server } from "../../domain/server.ts";

/** GET /servers/{id}/diagnostics: libvirt's own words until 2.47, the same for every driver since. */
export const serverDiagnosticsShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const { server, found } = await serverDiagnostics(ctx, params["id"] ?? "");
    return atLeast(ctx, "2.48") ? detailsOf(ctx, server, found) : statisticsOf(found);
  },
});

function statisticsOf({ cpus, disks, memory, maxMemoryKiB }: Diagnostics): Record<string, number> {
  const statistics: Record<string, number> = { memory: maxMemoryKiB };
  for (const { id, timeNs } of cpus) statistics[`cpu${id}_time`] = timeNs;
  for (const disk of disks) {
    statistics[`${disk.device}_read_req`] = disk.readRequests;
    statistics[`${disk.device}_read`] = disk.readBytes;
    statistics[`${disk.device}_write_req`] = disk.writeRequests;
    statistics[`${disk.device}_write`] = disk.writeBytes;
    statistics[`${disk.device}_errors`] = disk.errors;
  }
  for (const [name, value] of Object.entries(memory)) statistics[`memory-${name}`] = value;
  return statistics;
}

/** Nova divides KiB by 2^20 and calls the result MiB; here it is MiB. */
function detailsOf(ctx: ComputeCtx, { launchedAt }: Server, found: Diagnostics): object {
  return {
    state: found.powerState,
    driver: "libvirt",
    hypervisor: found.hypervisor,
    hypervisor_os: "linux",
    uptime: launchedAt === undefined ? null : Math.floor((ctx.clock.now() - launchedAt) / 1_000),
    config_drive: false,
    num_cpus: found.cpus.length,
    num_nics: 0,
    num_disks: found.disks.length,
    memory_details: {
      maximum: Math.round(found.maxMemoryKiB / 1_024),
      used: Math.round(found.memoryKiB / 1_024),
    },
    cpu_details: found.cpus.map(({ id, timeNs }) => ({ id, time: timeNs, utilisation: null })),
    nic_details: [],
    disk_details: found.disks.map((disk) => ({
      read_bytes: disk.readBytes,
      read_requests: disk.readRequests,
      write_bytes: disk.writeBytes,
      write_requests: disk.writeRequests,
      errors_count: disk.errors,
    })),
  };
}
