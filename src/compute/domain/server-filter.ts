import { isoMicroseconds } from "#base/clock.ts";
import { namePattern } from "./name-pattern.ts";
import { powerStates, type Server } from "./server.ts";

/** The one value of each filter of `GET /servers`, by its name in the query. */
export type ServerFilters = Readonly<Record<string, string>>;
export type ServerTest = (server: Server) => boolean;
/** The host that a server is on. */
export type HostOf = (server: Server) => { readonly hostname: string; readonly zone: string } | undefined;

type TextOf = (server: Server) => string | null | undefined;

/** Compared as they are (nova.db.main.api._exact_instance_filter). */
const exact: Readonly<Record<string, TextOf>> = {
  user_id: (server) => server.userId,
  uuid: (server) => server.id,
  image: (server) => server.image.id,
  image_ref: (server) => server.image.id,
  flavor: (server) => server.flavor.id,
  vm_state: (server) => server.vmState,
  task_state: (server) => server.taskState,
  launch_index: (server) => String(server.launchIndex ?? 0),
  progress: () => "0",
  power_state: (server) => String(powerStates[server.powerState]),
  auto_disk_config: (server) => (server.diskConfig === "AUTO" ? "1" : "0"),
};

/** Matched as patterns (nova.db.main.api._regex_instance_filter); what no server here has matches nothing. */
const patterns: Readonly<Record<string, TextOf>> = {
  name: (server) => server.name,
  display_name: (server) => server.name,
  description: (server) => server.description,
  display_description: (server) => server.description,
  hostname: (server) => server.hostname,
  key_name: (server) => server.keyName,
  reservation_id: (server) => server.reservationId,
  kernel_id: (server) => server.image.kernel?.imageId,
  ramdisk_id: (server) => server.image.ramdisk?.imageId,
  root_device_name: () => "/dev/vda",
  access_ip_v4: (server) => server.accessIPv4,
  access_ip_v6: (server) => server.accessIPv6,
  locked_by: (server) => server.lock?.by,
  created_at: (server) => isoMicroseconds(server.createdAt),
  launched_at: (server) => (server.launchedAt === undefined ? undefined : isoMicroseconds(server.launchedAt)),
  terminated_at: (server) => (server.deletedAt === undefined ? undefined : isoMicroseconds(server.deletedAt)),
  config_drive: (server) => (server.configDrive ? "True" : ""),
  ip: () => undefined,
  ip6: () => undefined,
};

const tagged: Readonly<Record<string, (server: Server, tags: readonly string[]) => boolean>> = {
  tags: (server, tags) => tags.every((tag) => server.tags.includes(tag)),
  "tags-any": (server, tags) => tags.some((tag) => server.tags.includes(tag)),
  "not-tags": (server, tags) => !tags.every((tag) => server.tags.includes(tag)),
  "not-tags-any": (server, tags) => !tags.some((tag) => server.tags.includes(tag)),
};

/** True for a server that passes every filter; a name that is none of Nova's filters is no filter. */
export function serverFilter(filters: ServerFilters, hostOf: HostOf): ServerTest {
  const hosts: Readonly<Record<string, TextOf>> = {
    host: (server) => hostOf(server)?.hostname,
    node: (server) => hostOf(server)?.hostname,
    availability_zone: (server) => hostOf(server)?.zone ?? server.availabilityZone,
  };
  const tests = Object.entries(filters).map(([name, value]): ServerTest => {
    const text = exact[name] ?? (name === "host" ? hosts[name] : undefined);
    if (text) return (server) => text(server) === value;
    const tags = tagged[name];
    if (tags) return (server) => tags(server, value.split(","));
    const matched = patterns[name] ?? hosts[name];
    if (!matched) return () => true;
    const matches = namePattern(value, name);
    return (server) => {
      const found = matched(server);
      return found !== null && found !== undefined && matches(found);
    };
  });
  return (server) => tests.every((test) => test(server));
}
