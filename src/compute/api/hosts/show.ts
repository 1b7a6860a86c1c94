import { operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { hostFetchByName, hostServers } from "../../app/host.ts";
import type { Server } from "../../domain/server.ts";
import { usage } from "../hypervisors/view.ts";

/** GET /os-hosts/{hostname}, until 2.42: what it has, what is in use, what its servers may use, also by project. */
export const hostShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => {
    const name = params["id"] ?? "";
    const host = await hostFetchByName(ctx, name, `Compute host ${name} could not be found.`);
    const servers = await hostServers(ctx, host);
    const used = usage(host, servers);
    const resource = (project: string, cpu = 0, memory = 0, disk = 0): object => ({
      resource: { host: name, project, cpu, memory_mb: memory, disk_gb: disk },
    });
    const sumOf = (project: string, some: readonly Server[]): object =>
      resource(
        project,
        some.reduce((sum, { flavor }) => sum + flavor.vcpus, 0),
        some.reduce((sum, { flavor }) => sum + flavor.memoryMiB, 0),
        some.reduce((sum, { flavor }) => sum + flavor.rootGiB + flavor.ephemeralGiB, 0),
      );
    const projects = new Set(servers.map(({ projectId }) => projectId));
    return {
      host: [
        resource("(total)", used["vcpus"], used["memory_mb"], used["local_gb"]),
        resource("(used_now)", used["vcpus_used"], used["memory_mb_used"], used["local_gb_used"]),
        sumOf("(used_max)", servers),
        ...[...projects].map((project) =>
          sumOf(
            project,
            servers.filter(({ projectId }) => projectId === project),
          ),
        ),
      ],
    };
  },
});
