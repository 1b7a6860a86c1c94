import { createHash } from "node:crypto";
import { isoMicroseconds, isoSeconds } from "#base/clock.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostDownAfterMs } from "../../app/host.ts";
import { powerStates, serverStatus, type Server } from "../../domain/server.ts";
import { instanceNameOf } from "../../domain/instance-name.ts";
import type { Host } from "../../store/hosts.ts";
import { flavorInServer } from "../flavors/view.ts";
import { linksOf } from "../links.ts";

/** `hosts` by id: what administrators see of where the server is. */
export type HostsById = ReadonlyMap<string, Host>;

const permissions = [
  "context_is_admin",
  "os_compute_api:os-extended-server-attributes",
  "os_compute_api:os-flavor-extra-specs:index",
  "os_compute_api:servers:show:host_status",
  "os_compute_api:servers:show:host_status:unknown-only",
] as const;

/** All that the views of a server know of the request. */
export interface ServerViewer extends Pick<ComputeCtx, "microversion" | "baseUrl" | "clock"> {
  allows(rule: (typeof permissions)[number]): boolean;
}

/** Tells apart what requests see of a server: all that its views look at besides the server. */
export function serverViewKeys(ctx: ServerViewer, hosts: HostsById): (server: Server) => string {
  const { major, minor } = ctx.microversion;
  const viewer = [major, minor, ...permissions.map((rule) => ctx.allows(rule)), ctx.baseUrl].join(" ");
  const byHost = new Map<string, string>();
  return ({ hostId }) => {
    const host = hostId === undefined ? undefined : hosts.get(hostId);
    if (!host) return viewer;
    let key = byHost.get(host.id);
    if (key === undefined)
      byHost.set(host.id, (key = `${viewer} ${host.hostname} ${host.zone} ${hostStatus(ctx, host)}`));
    return key;
  };
}

/** An element of `GET /servers`. */
export function serverSummary(ctx: ServerViewer, server: Server): object {
  return { id: server.id, name: server.name, links: linksOf(ctx, `/servers/${server.id}`) };
}

/** nova.api.openstack.compute.views.servers: `_progress_statuses`. */
const progressStatuses: ReadonlySet<string> = new Set([
  "ACTIVE",
  "BUILD",
  "REBUILD",
  "RESIZE",
  "VERIFY_RESIZE",
  "MIGRATING",
]);

/** An element of `GET /servers/detail`, and `GET /servers/{id}`: each microversion's own fields. */
export function serverDetail(
  ctx: ServerViewer,
  server: Server,
  hosts: HostsById,
  groups: readonly string[] = [],
): object {
  const status = serverStatus(server);
  return {
    id: server.id,
    name: server.name,
    status,
    tenant_id: server.projectId,
    user_id: server.userId,
    metadata: server.metadata,
    hostId: hostIdOf(server, hosts),
    image: { id: server.image.id, links: linksOf(ctx, `/images/${server.image.id}`).slice(1) },
    flavor: flavorInServer(ctx, server.flavor),
    created: isoSeconds(server.createdAt),
    updated: isoSeconds(server.updatedAt),
    addresses: {},
    accessIPv4: server.accessIPv4,
    accessIPv6: server.accessIPv6,
    links: linksOf(ctx, `/servers/${server.id}`),
    "OS-DCF:diskConfig": server.diskConfig,
    ...(progressStatuses.has(status) ? { progress: 0 } : {}),
    "OS-EXT-AZ:availability_zone": zoneOf(server, hosts),
    config_drive: server.configDrive ? "True" : "",
    key_name: server.keyName,
    "OS-SRV-USG:launched_at": server.launchedAt === undefined ? null : isoMicroseconds(server.launchedAt),
    "OS-SRV-USG:terminated_at": server.deletedAt === undefined ? null : isoMicroseconds(server.deletedAt),
    "OS-EXT-STS:task_state": server.taskState ?? null,
    "OS-EXT-STS:vm_state": server.vmState,
    "OS-EXT-STS:power_state": powerStates[server.powerState],
    "os-extended-volumes:volumes_attached": [],
    ...faultOf(ctx, server, status),
    ...administratorFields(ctx, server, hosts),
    ...laterFields(ctx, server, hosts),
    ...(atLeast(ctx, "2.71") ? { server_groups: groups } : {}),
  };
}

const absentFromOld = [
  "OS-EXT-AZ:",
  "OS-EXT-STS:",
  "OS-SRV-USG:",
  "OS-EXT-SRV-ATTR:",
  "os-extended-volumes:",
  "key_name",
  "config_drive",
  "host_status",
];

/** What PUT (and rebuild) answer below 2.75: without what the extensions of v2.0 added to the others. */
export function serverDetailOfOld(ctx: ServerViewer, server: Server, hosts: HostsById): object {
  const fields = Object.entries(serverDetail(ctx, server, hosts));
  return Object.fromEntries(
    fields.filter(([name]) => !absentFromOld.some((prefix) => name.startsWith(prefix))),
  );
}

/** As Nova, `GET /servers/detail` says nothing of groups: each server would be looked up. */
export function serverDetailInList(ctx: ServerViewer, server: Server, hosts: HostsById): object {
  const { server_groups: _groups, ...fields } = serverDetail(ctx, server, hosts) as Record<string, unknown>;
  return fields;
}

/** `nova` is Nova's default zone: that of a host that is gone. Without a host it is the zone that was asked for. */
function zoneOf({ hostId, availabilityZone }: Server, hosts: HostsById): string {
  return hostId === undefined ? (availabilityZone ?? "") : (hosts.get(hostId)?.zone ?? "nova");
}

/** Nova shows a hash instead of the host's name: the same within a project, different in another. */
/** How a server's owner tells its hosts apart: one for each host and project. */
export function hostIdOf(server: Server, hosts: HostsById): string {
  const hostname = server.hostId === undefined ? undefined : hosts.get(server.hostId)?.hostname;
  return hostname === undefined
    ? ""
    : createHash("sha224")
        .update(server.projectId + hostname)
        .digest("hex");
}

function faultOf(ctx: ServerViewer, server: Server, status: string): object {
  if (!server.fault || (status !== "ERROR" && status !== "DELETED")) return {};
  const { code, message, created, details } = server.fault;
  const shown = details !== undefined && (code !== 500 || ctx.allows("context_is_admin"));
  return { fault: { code, created: isoSeconds(created), message, ...(shown ? { details } : {}) } };
}

function administratorFields(ctx: ServerViewer, server: Server, hosts: HostsById): object {
  if (!ctx.allows("os_compute_api:os-extended-server-attributes")) return {};
  const hostname = server.hostId === undefined ? null : (hosts.get(server.hostId)?.hostname ?? null);
  return {
    "OS-EXT-SRV-ATTR:host": hostname,
    "OS-EXT-SRV-ATTR:instance_name": instanceNameOf(server),
    "OS-EXT-SRV-ATTR:hypervisor_hostname": hostname,
    ...(atLeast(ctx, "2.3")
      ? {
          "OS-EXT-SRV-ATTR:reservation_id": server.reservationId,
          "OS-EXT-SRV-ATTR:launch_index": server.launchIndex ?? 0,
          "OS-EXT-SRV-ATTR:kernel_id": server.image.kernel?.imageId ?? "",
          "OS-EXT-SRV-ATTR:ramdisk_id": server.image.ramdisk?.imageId ?? "",
          "OS-EXT-SRV-ATTR:hostname": server.hostname,
          "OS-EXT-SRV-ATTR:root_device_name": "/dev/vda",
          "OS-EXT-SRV-ATTR:user_data": server.userData,
        }
      : {}),
  };
}

/** What later microversions added, in their order. */
function laterFields(ctx: ServerViewer, server: Server, hosts: HostsById): object {
  const host = server.hostId === undefined ? undefined : hosts.get(server.hostId);
  return {
    ...(atLeast(ctx, "2.9") ? { locked: server.lock !== undefined } : {}),
    ...(atLeast(ctx, "2.16") ? hostStatusField(ctx, host) : {}),
    ...(atLeast(ctx, "2.19") ? { description: server.description } : {}),
    ...(atLeast(ctx, "2.26") ? { tags: server.tags } : {}),
    ...(atLeast(ctx, "2.63") ? { trusted_image_certificates: server.trustedCertificates ?? null } : {}),
    ...(atLeast(ctx, "2.73") ? { locked_reason: server.lock?.reason ?? null } : {}),
    ...(atLeast(ctx, "2.90") ? { "OS-EXT-SRV-ATTR:hostname": server.hostname } : {}),
    ...(atLeast(ctx, "2.96") ? { pinned_availability_zone: server.availabilityZone ?? null } : {}),
  };
}

/** Some may know no more than that nobody knows. */
function hostStatusField(ctx: ServerViewer, host: Host | undefined): object {
  const status = hostStatus(ctx, host);
  const shown =
    ctx.allows("os_compute_api:servers:show:host_status") ||
    (status === "UNKNOWN" && ctx.allows("os_compute_api:servers:show:host_status:unknown-only"));
  return shown ? { host_status: status } : {};
}

function hostStatus(ctx: ServerViewer, host: Host | undefined): string {
  if (!host) return "";
  if (host.forcedDown) return "DOWN";
  if (host.disabled) return "MAINTENANCE";
  return ctx.clock.now() - host.seenAt <= hostDownAfterMs ? "UP" : "UNKNOWN";
}
