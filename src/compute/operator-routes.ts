import { action, route, type Route } from "#http/index.ts";
import { aggregateCreate } from "./api/aggregates/create.ts";
import { aggregateDelete } from "./api/aggregates/delete.ts";
import { aggregateAddHost, aggregateRemoveHost } from "./api/aggregates/hosts.ts";
import { aggregateList } from "./api/aggregates/list.ts";
import { aggregateSetMetadata } from "./api/aggregates/metadata.ts";
import { aggregateShow } from "./api/aggregates/show.ts";
import { aggregateUpdate } from "./api/aggregates/update.ts";
import { hostList } from "./api/hosts/list.ts";
import { hostPower } from "./api/hosts/power.ts";
import { hostShow } from "./api/hosts/show.ts";
import { hostUpdate } from "./api/hosts/update.ts";
import { hypervisorList, hypervisorListDetail } from "./api/hypervisors/list.ts";
import { hypervisorSearch, hypervisorSearchServers } from "./api/hypervisors/search.ts";
import { hypervisorShow } from "./api/hypervisors/show.ts";
import { hypervisorStatistics } from "./api/hypervisors/statistics.ts";
import { hypervisorUptime } from "./api/hypervisors/uptime.ts";
import { migrationList } from "./api/migrations/list.ts";
import { passphraseOrphanList } from "./api/passphrase-orphans/list.ts";
import { serverExternalEventCreate } from "./api/server-external-events/create.ts";
import { serviceAct } from "./api/services/act.ts";
import { serviceDelete } from "./api/services/delete.ts";
import { serviceList } from "./api/services/list.ts";
import { serviceUpdate } from "./api/services/update.ts";
import { tenantUsageList } from "./api/tenant-usage/list.ts";
import { tenantUsageShow } from "./api/tenant-usage/show.ts";
import { usageAuditList, usageAuditShow } from "./api/usage-audit/usage-audit.ts";
import type { ComputeDeps } from "./app/deps.ts";

const nova = (rule: string) => ({ policy: `os_compute_api:${rule}` });
const until242 = (rule: string) => ({ ...nova(`os-hosts:${rule}`), until: "2.42" });

const aggregates = "/v2.1/os-aggregates";
const aggregateAction = `${aggregates}/:id/action`;
const host = "/v2.1/os-hosts/:id";
const usages = "/v2.1/os-simple-tenant-usage";

/** What operators see of hosts and of what servers took. */
export const operatorRoutes: readonly Route<ComputeDeps>[] = [
  route("GET", "/v2.1/os-hypervisors", hypervisorList, nova("os-hypervisors:list")),
  route("GET", "/v2.1/os-hypervisors/detail", hypervisorListDetail, nova("os-hypervisors:list-detail")),
  route("GET", "/v2.1/os-hypervisors/statistics", hypervisorStatistics, {
    ...nova("os-hypervisors:statistics"),
    until: "2.87",
  }),
  route("GET", "/v2.1/os-hypervisors/:id", hypervisorShow, nova("os-hypervisors:show")),

  route("GET", "/v2.1/os-hypervisors/:id/uptime", hypervisorUptime, {
    ...nova("os-hypervisors:uptime"),
    until: "2.87",
  }),
  route("GET", "/v2.1/os-hypervisors/:id/search", hypervisorSearch, {
    ...nova("os-hypervisors:search"),
    until: "2.52",
  }),
  route("GET", "/v2.1/os-hypervisors/:id/servers", hypervisorSearchServers, {
    ...nova("os-hypervisors:servers"),
    until: "2.52",
  }),

  route("GET", "/v2.1/os-migrations", migrationList, nova("os-migrations:index")),

  route("GET", "/v2.1/os-services", serviceList, nova("os-services:list")),
  route("PUT", "/v2.1/os-services/:id", serviceUpdate, { ...nova("os-services:update"), since: "2.53" }),
  route("PUT", "/v2.1/os-services/:id", serviceAct, { ...nova("os-services:update"), until: "2.52" }),
  route("DELETE", "/v2.1/os-services/:id", serviceDelete, nova("os-services:delete")),

  route("GET", "/v2.1/os-hosts", hostList, until242("list")),
  route("GET", host, hostShow, until242("show")),
  route("PUT", host, hostUpdate, until242("update")),
  route("GET", `${host}/startup`, hostPower, until242("start")),
  route("GET", `${host}/shutdown`, hostPower, until242("shutdown")),
  route("GET", `${host}/reboot`, hostPower, until242("reboot")),

  route("GET", aggregates, aggregateList, nova("os-aggregates:index")),
  route("POST", aggregates, aggregateCreate, nova("os-aggregates:create")),
  route("GET", `${aggregates}/:id`, aggregateShow, nova("os-aggregates:show")),
  route("PUT", `${aggregates}/:id`, aggregateUpdate, nova("os-aggregates:update")),
  route("DELETE", `${aggregates}/:id`, aggregateDelete, nova("os-aggregates:delete")),
  action(aggregateAction, "add_host", aggregateAddHost, nova("os-aggregates:add_host")),
  action(aggregateAction, "remove_host", aggregateRemoveHost, nova("os-aggregates:remove_host")),
  action(aggregateAction, "set_metadata", aggregateSetMetadata, nova("os-aggregates:set_metadata")),

  route("GET", usages, tenantUsageList, nova("os-simple-tenant-usage:list")),
  route("GET", `${usages}/:id`, tenantUsageShow, {
    ...nova("os-simple-tenant-usage:show"),
    target: ({ params }) => ({ project_id: params["id"] }),
  }),
  route("GET", "/v2.1/os-instance_usage_audit_log", usageAuditList, nova("os-instance-usage-audit-log:list")),
  route(
    "GET",
    "/v2.1/os-instance_usage_audit_log/:before",
    usageAuditShow,
    nova("os-instance-usage-audit-log:show"),
  ),

  route(
    "POST",
    "/v2.1/os-server-external-events",
    serverExternalEventCreate,
    nova("os-server-external-events:create"),
  ),

  route("GET", "/v2.1/sealstone-passphrase-orphans", passphraseOrphanList, {
    policy: "sealstone:passphrase-orphans:list",
  }),
];
