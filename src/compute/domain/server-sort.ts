import { powerStates, type Server } from "./server.ts";
import type { HostOf } from "./server-filter.ts";

export interface SortKey {
  readonly key: string;
  readonly direction: "asc" | "desc";
}

type ValueOf = (server: Server) => string | number | null | undefined;

const values: Readonly<Record<string, ValueOf>> = {
  access_ip_v4: (server) => server.accessIPv4,
  access_ip_v6: (server) => server.accessIPv6,
  created_at: (server) => server.createdAt,
  updated_at: (server) => server.updatedAt,
  launched_at: (server) => server.launchedAt,
  display_name: (server) => server.name,
  display_description: (server) => server.description,
  hostname: (server) => server.hostname,
  image_ref: (server) => server.image.id,
  instance_type_id: (server) => server.flavor.id,
  kernel_id: (server) => server.image.kernel?.imageId,
  ramdisk_id: (server) => server.image.ramdisk?.imageId,
  key_name: (server) => server.keyName,
  config_drive: (server) => (server.configDrive ? "True" : ""),
  launch_index: (server) => server.launchIndex ?? 0,
  locked: (server) => (server.lock ? 1 : 0),
  locked_by: (server) => server.lock?.by,
  power_state: (server) => powerStates[server.powerState],
  project_id: (server) => server.projectId,
  task_state: (server) => server.taskState,
  user_id: (server) => server.userId,
  uuid: (server) => server.id,
  vm_state: (server) => server.vmState,
};

/** Keys by which all servers here are equal. */
const constant = ["auto_disk_config", "progress", "root_device_name", "terminated_at"];

const ofHost = ["availability_zone", "host", "node"];

/** nova.api.openstack.compute.schemas.servers.VALID_SORT_KEYS_V275 */
export const serverSortKeys: readonly string[] = [...Object.keys(values), ...constant, ...ofHost];

/** By the keys in their order; then by age and id, in the first key's direction: a total order, so pages have no gaps. */
export function serverOrder(
  keys: readonly SortKey[],
  hostOf: HostOf,
): (left: Server, right: Server) => number {
  const last = keys.at(-1)?.direction ?? "desc";
  const all = [
    ...keys,
    { key: "created_at", direction: last } as const,
    { key: "uuid", direction: last } as const,
  ];
  const hostValues: Readonly<Record<string, (typeof values)[string]>> = {
    availability_zone: (server) => hostOf(server)?.zone ?? server.availabilityZone,
    host: (server) => hostOf(server)?.hostname,
    node: (server) => hostOf(server)?.hostname,
  };
  const parts = all.map(({ key, direction }) => ({
    value: hostValues[key] ?? values[key] ?? (() => undefined),
    sign: direction === "asc" ? 1 : -1,
  }));
  return (left, right) => {
    for (const { value, sign } of parts) {
      const order = compare(value(left), value(right));
      if (order !== 0) return order * sign;
    }
    return 0;
  };
}

/** Absent values first, as SQLite and MySQL have it. */
function compare(
  left: string | number | null | undefined,
  right: string | number | null | undefined,
): number {
  const [one, two] = [left ?? undefined, right ?? undefined];
  if (one === two) return 0;
  if (one === undefined) return -1;
  if (two === undefined) return 1;
  return one < two ? -1 : 1;
}
