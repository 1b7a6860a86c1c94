import { CloudError } from "#base/errors.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { statusFilter, type Server } from "../../domain/server.ts";
import { namePattern } from "../../domain/name-pattern.ts";
import { serverFilter, type HostOf, type ServerTest } from "../../domain/server-filter.ts";
import { serverSortKeys, type SortKey } from "../../domain/server-sort.ts";
import { booleanOf, queryText, type Query } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { timeOf } from "../times.ts";

const paging = ["limit", "marker", "sort_key", "sort_dir"];

/** What who is no administrator may filter by, and since when (ServersController._get_server_search_options). */
const ownersFilters: readonly (readonly [since: string, names: readonly string[]])[] = [
  ["2.1", ["reservation_id", "name", "status", "image", "flavor", "ip", "changes-since", "all_tenants"]],
  ["2.5", ["ip6"]],
  ["2.26", ["tags", "tags-any", "not-tags", "not-tags-any"]],
  ["2.66", ["changes-before"]],
  ["2.73", ["locked"]],
  ["2.83", ["availability_zone", "config_drive", "key_name", "created_at", "launched_at", "terminated_at"]],
  ["2.83", ["power_state", "task_state", "vm_state", "progress", "user_id"]],
  ["2.90", ["hostname"]],
];

/** Filters that Nova knows and refuses: columns of other tables. */
const joined = [
  "block_device_mapping",
  "services",
  "metadata",
  "system_metadata",
  "info_cache",
  "security_groups",
  "pci_devices",
];

/** All that may be asked; since 2.75 nothing else (nova.api.openstack.compute.schemas.servers.index_query_v275). */
const queryNames = [
  ...paging,
  ...ownersFilters.flatMap(([, names]) => names),
  ...joined,
  ...(
    "access_ip_v4 access_ip_v6 auto_disk_config deleted description display_description display_name host image_ref " +
    "kernel_id launch_index locked_by node project_id ramdisk_id root_device_name soft_deleted tenant_id uuid"
  ).split(" "),
];

/** Filters that must be regular expressions, also where they are compared as they are (common_query_regex_param). */
const regexNames = new Set(
  (
    "kernel_id ramdisk_id hostname key_name power_state node flavor reservation_id launched_at terminated_at availability_zone name " +
    "display_name description display_description locked_by root_device_name config_drive access_ip_v4 access_ip_v6 auto_disk_config " +
    "progress ip ip6 created_at tags tags-any not-tags not-tags-any"
  ).split(" "),
);

/** Names that came later: before, they are unknown to everybody, and dropped. */
const laterSince = ["2.26", "2.66", "2.73"];

function isKnown(ctx: ComputeCtx, name: string): boolean {
  const [since] =
    ownersFilters.find(([version, names]) => laterSince.includes(version) && names.includes(name)) ?? [];
  return since === undefined || atLeast(ctx, since);
}

function mayFilter(ctx: ComputeCtx, name: string): boolean {
  if (!isKnown(ctx, name)) return false;
  return (
    ownersFilters.some(([since, names]) => names.includes(name) && atLeast(ctx, since)) ||
    ctx.allows("os_compute_api:servers:allow_all_filters")
  );
}

type Filters = Readonly<Record<string, string>>;

/** The filters of the request that the caller may use; the others are dropped, as Nova does. */
export function filtersOf(ctx: ComputeCtx, query: Query): Filters {
  const names = Object.keys(query);
  const internal = names.filter((name) => name.startsWith("_"));
  queryCheck(ctx, query, internal.length === 0 ? queryNames : [...queryNames, ...internal], "2.75");
  for (const name of names) {
    if (!regexNames.has(name) || !isKnown(ctx, name)) continue;
    for (const value of [query[name] ?? []].flat()) namePattern(value, name);
  }
  const filters: Record<string, string> = {};
  for (const name of names) {
    if (paging.includes(name) || name === "page_size" || !mayFilter(ctx, name)) continue;
    if (joined.includes(name) || name.startsWith("_"))
      throw new CloudError("invalid", `Invalid filter field: ${name}.`);
    filters[name] = queryText(query, name) ?? "";
  }
  return filters;
}

/** The test of all filters; undefined when nothing can pass them. */
export function testOf(
  ctx: ComputeCtx,
  query: Query,
  allFilters: Filters,
  hostOf: HostOf,
): ServerTest | undefined {
  const { status: _status, ...filters } = allFilters;
  const statuses = [query["status"] ?? []].flat();
  const ofStatus = statuses.length === 0 ? () => true : statusFilter(statuses);
  if (!ofStatus) {
    if (atLeast(ctx, "2.38")) throw new CloudError("invalid", "Invalid status value");
    return undefined;
  }
  if (statuses.some((status) => status.toUpperCase() === "DELETED") && !ctx.allows("context_is_admin"))
    throw new CloudError("forbidden", "Only administrators may list deleted instances");
  const deleted = deletedOf(withStatusOf(query, filters));
  const changed = changedBetween(filters);
  const locked = lockedOf(filters);
  const others = serverFilter(filters, hostOf);
  return (server) =>
    ofStatus(server) && deleted(server) && changed(server) && locked(server) && others(server);
}

/**
 * Deleted and soft-deleted servers are listed when they are asked for, or when it is asked what changed
 * (ServersController._get_servers, nova.db.main.api.instance_get_all_by_filters_sort).
 */
function deletedOf(filters: Filters): ServerTest {
  const softToo = filters["soft_deleted"] ?? "";
  const isSoft = ({ vmState }: Server): boolean => vmState === "soft-delete";
  const isGone = (server: Server): boolean => isSoft(server) || server.deletedAt !== undefined;
  const wanted = deletedWanted(filters);
  if (wanted === "too") return () => true;
  if (wanted === "only") return isGone;
  return softToo === "" ? (server) => !isSoft(server) : () => true;
}

/** Whether servers that are gone are asked for: they alone, they too, or not. */
function deletedWanted(filters: Filters): "only" | "too" | "no" {
  const { deleted } = filters;
  if (deleted !== undefined) return booleanOf(deleted) === true ? "only" : "no";
  return (filters["changes-since"] ?? filters["changes-before"]) === undefined ? "no" : "too";
}

/** From when on deleted servers are to be listed; undefined when none are. */
export function deletedSinceOf(query: Query, allFilters: Filters): number | undefined {
  const filters = withStatusOf(query, allFilters);
  if (deletedWanted(filters) === "no") return undefined;
  return timeOf(filters["changes-since"], "changes-since") ?? 0;
}

/** A status DELETED asks for what is gone, alone (nova: vm_state == ['deleted']). */
function withStatusOf(query: Query, filters: Filters): Filters {
  const statuses = [query["status"] ?? []].flat().map((status) => status.toUpperCase());
  return statuses.length === 1 && statuses[0] === "DELETED" ? { ...filters, deleted: "true" } : filters;
}

function changedBetween(filters: Filters): ServerTest {
  const [since, before] = [
    timeOf(filters["changes-since"], "changes-since"),
    timeOf(filters["changes-before"], "changes-before"),
  ];
  if (since !== undefined && before !== undefined && before < since)
    throw new CloudError(
      "invalid",
      "The value of changes-since must be less than or equal to changes-before.",
    );
  // Clients are shown whole seconds, so the second that they name is up to its end before; none is missed since.
  const second = (timeMs: number): number => Math.floor(timeMs / 1_000) * 1_000;
  return ({ updatedAt }) =>
    (since === undefined || updatedAt >= since) && (before === undefined || second(updatedAt) <= before);
}

function lockedOf(filters: Filters): ServerTest {
  const text = filters["locked"];
  if (text === undefined) return () => true;
  const locked = strictBoolean(text);
  return ({ lock }: Server) => (lock !== undefined) === locked;
}

/** oslo_utils.strutils.bool_from_string(strict=True) */
export function strictBoolean(text: string): boolean {
  const value = booleanOf(text);
  if (value !== undefined) return value;
  throw new CloudError(
    "invalid",
    `Invalid input received: Unrecognized value '${text}', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'`,
  );
}

/** Known to Nova's database, but never sorted by; since 2.75 an error. */
const ignoredSortKeys = (
  "architecture cell_name cleaned default_ephemeral_device default_swap_device deleted deleted_at disable_terminate " +
  "ephemeral_gb ephemeral_key_uuid id key_data launched_on memory_mb os_type reservation_id root_gb " +
  "shutdown_terminate user_data vcpus vm_mode"
).split(" ");

/** `sort_key` and `sort_dir`, each any number of times (nova.api.openstack.common.get_sort_params). */
export function sortOf(ctx: ComputeCtx, query: Query): SortKey[] {
  const asked = [query["sort_key"] ?? []].flat();
  const directions = [query["sort_dir"] ?? []].flat();
  if (directions.length > Math.max(asked.length, 1))
    throw new CloudError("invalid", "Sort direction size exceeds sort key size");
  return (asked.length === 0 ? ["created_at"] : asked).flatMap((key, index) => {
    const direction = directions[index] ?? directions[0] ?? "desc";
    if (direction !== "asc" && direction !== "desc")
      throw new CloudError("invalid", "Unknown sort direction, must be one of: asc, desc");
    if (!atLeast(ctx, "2.73") && key === "locked") return [];
    if (!atLeast(ctx, "2.75") && ignoredSortKeys.includes(key)) return [];
    if (!serverSortKeys.includes(key)) {
      throw new CloudError(
        "invalid",
        `Invalid input for query parameters sort_key. Value: ${key}. '${key}' is not one of what servers are sorted by.`,
      );
    }
    if ((key === "host" || key === "node") && !ctx.allows("context_is_admin"))
      throw new CloudError("forbidden", `Only administrators can sort servers by ${key}`);
    return [{ key, direction } as const];
  });
}
