import { action, route, type Route } from "#http/index.ts";
import {
  remoteConsoleCreate,
  serverRdpConsole,
  serverSerialConsole,
  serverSpiceConsole,
  serverVncConsole,
} from "./api/servers/consoles.ts";
import {
  liveMigrationAbort,
  liveMigrationForceComplete,
  liveMigrationList,
  liveMigrationShow,
} from "./api/servers/live-migrations.ts";
import { serverEvacuate, serverMigrate, serverMigrateLive } from "./api/servers/moves.ts";
import {
  interfaceAttach,
  interfaceDetach,
  interfaceList,
  interfaceShow,
  serverAddFixedIp,
  serverAddFloatingIp,
  serverAddSecurityGroup,
  serverInjectNetworkInfo,
  serverRemoveFixedIp,
  serverRemoveFloatingIp,
  serverRemoveSecurityGroup,
  serverSecurityGroupList,
} from "./api/servers/networks.ts";
import { serverChangePassword, serverPasswordClear, serverPasswordShow } from "./api/servers/passwords.ts";
import {
  volumeAttach,
  volumeAttachmentList,
  volumeAttachmentShow,
  volumeAttachmentUpdate,
  volumeDetach,
} from "./api/servers/volumes.ts";
import type { ComputeDeps } from "./app/deps.ts";

const nova = (rule: string) => ({ policy: `os_compute_api:${rule}`, enforcedByApp: true });
const until = (last: string, rule: string) => ({ ...nova(rule), until: last });
const since = (first: string, rule: string) => ({ ...nova(rule), since: first });

const server = "/v2.1/servers/:id";
const actions = `${server}/action`;
const interfaces = `${server}/os-interface`;
const volumes = `${server}/os-volume_attachments`;
const migrations = `${server}/migrations`;
const consoles = "os-remote-consoles";

/** What takes a network or volume service, a second host, a display or an agent in the guest: Nova's answers where there is none. */
export const withoutRoutes: readonly Route<ComputeDeps>[] = [
  action(actions, "changePassword", serverChangePassword, nova("os-admin-password")),
  route("GET", `${server}/os-server-password`, serverPasswordShow, nova("os-server-password:show")),
  route("DELETE", `${server}/os-server-password`, serverPasswordClear, nova("os-server-password:clear")),

  action(actions, "os-getVNCConsole", serverVncConsole, until("2.5", consoles)),
  action(actions, "os-getSPICEConsole", serverSpiceConsole, until("2.5", consoles)),
  action(actions, "os-getRDPConsole", serverRdpConsole, until("2.5", consoles)),
  action(actions, "os-getSerialConsole", serverSerialConsole, until("2.5", consoles)),
  route("POST", `${server}/remote-consoles`, remoteConsoleCreate, since("2.6", consoles)),

  route("GET", interfaces, interfaceList, nova("os-attach-interfaces:list")),
  route("POST", interfaces, interfaceAttach, nova("os-attach-interfaces:create")),
  route("GET", `${interfaces}/:port`, interfaceShow, nova("os-attach-interfaces:show")),
  route("DELETE", `${interfaces}/:port`, interfaceDetach, nova("os-attach-interfaces:delete")),
  route("GET", `${server}/os-security-groups`, serverSecurityGroupList, nova("os-security-groups:list")),
  action(actions, "addSecurityGroup", serverAddSecurityGroup, nova("os-security-groups:add")),
  action(actions, "removeSecurityGroup", serverRemoveSecurityGroup, nova("os-security-groups:remove")),
  action(actions, "injectNetworkInfo", serverInjectNetworkInfo, nova("os-admin-actions:inject_network_info")),
  action(actions, "addFixedIp", serverAddFixedIp, until("2.43", "os-multinic:add")),
  action(actions, "removeFixedIp", serverRemoveFixedIp, until("2.43", "os-multinic:remove")),
  action(actions, "addFloatingIp", serverAddFloatingIp, until("2.43", "os-floating-ips:add")),
  action(actions, "removeFloatingIp", serverRemoveFloatingIp, until("2.43", "os-floating-ips:remove")),

  route("GET", volumes, volumeAttachmentList, nova("os-volumes-attachments:index")),
  route("POST", volumes, volumeAttach, nova("os-volumes-attachments:create")),
  route("GET", `${volumes}/:volume`, volumeAttachmentShow, nova("os-volumes-attachments:show")),
  route("PUT", `${volumes}/:volume`, volumeAttachmentUpdate, nova("os-volumes-attachments:update")),
  route("DELETE", `${volumes}/:volume`, volumeDetach, nova("os-volumes-attachments:delete")),

  action(actions, "migrate", serverMigrate, nova("os-migrate-server:migrate")),
  action(actions, "os-migrateLive", serverMigrateLive, nova("os-migrate-server:migrate_live")),
  action(actions, "evacuate", serverEvacuate, nova("os-evacuate")),
  route("GET", migrations, liveMigrationList, since("2.23", "servers:migrations:index")),
  route("GET", `${migrations}/:migration`, liveMigrationShow, since("2.23", "servers:migrations:show")),
  route("DELETE", `${migrations}/:migration`, liveMigrationAbort, since("2.24", "servers:migrations:delete")),
  action(
    `${migrations}/:migration/action`,
    "force_complete",
    liveMigrationForceComplete,
    since("2.22", "servers:migrations:force_complete"),
  ),
];
