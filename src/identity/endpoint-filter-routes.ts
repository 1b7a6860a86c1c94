import { route, type Route } from "#http/index.ts";
import { filterEntryAdd } from "./api/endpoint-filter/add.ts";
import { filterEntryCheck } from "./api/endpoint-filter/check.ts";
import { filterEndpointsList } from "./api/endpoint-filter/endpoints.ts";
import { filterGroupsList } from "./api/endpoint-filter/groups.ts";
import { filterProjectsList } from "./api/endpoint-filter/projects.ts";
import { filterEntryRemove } from "./api/endpoint-filter/remove.ts";
import { filterEntryShow } from "./api/endpoint-filter/show.ts";
import { endpointGroupCreate } from "./api/endpoint-groups/create.ts";
import { endpointGroupDelete } from "./api/endpoint-groups/delete.ts";
import { endpointGroupEndpoints } from "./api/endpoint-groups/endpoints.ts";
import { endpointGroupsList } from "./api/endpoint-groups/list.ts";
import { endpointGroupShow } from "./api/endpoint-groups/show.ts";
import { endpointGroupUpdate } from "./api/endpoint-groups/update.ts";
import type { IdentityDeps } from "./app/context.ts";

const rule = (name: string) => ({ policy: `identity:${name}` });
const groups = "/v3/OS-EP-FILTER/endpoint_groups";
const group = `${groups}/:endpoint_group_id`;
const project = "/v3/OS-EP-FILTER/projects/:project_id";
const chosen = `${project}/endpoints/:endpoint_id`;

/** Keystone's OS-EP-FILTER: which endpoints a project's catalogue is narrowed to. */
// oxfmt-ignore
export const endpointFilterRoutes: readonly Route<IdentityDeps>[] = [
  route("GET", groups, endpointGroupsList, rule("list_endpoint_groups")),
  route("POST", groups, endpointGroupCreate, rule("create_endpoint_group")),
  route("GET", group, endpointGroupShow, rule("get_endpoint_group")),
  route("PATCH", group, endpointGroupUpdate, rule("update_endpoint_group")),
  route("DELETE", group, endpointGroupDelete, rule("delete_endpoint_group")),
  route("GET", `${group}/endpoints`, endpointGroupEndpoints, rule("list_endpoints_associated_with_endpoint_group")),
  route("GET", `${group}/projects`, filterProjectsList, rule("list_projects_associated_with_endpoint_group")),
  route("GET", `${group}/projects/:project_id`, filterEntryShow, rule("get_endpoint_group_in_project")),
  route("PUT", `${group}/projects/:project_id`, filterEntryAdd, rule("add_endpoint_group_to_project")),
  route("DELETE", `${group}/projects/:project_id`, filterEntryRemove, rule("remove_endpoint_group_from_project")),
  route("GET", `${project}/endpoint_groups`, filterGroupsList, rule("list_endpoint_groups_for_project")),
  route("GET", `${project}/endpoints`, filterEndpointsList, rule("list_endpoints_for_project")),
  route("GET", chosen, filterEntryCheck, rule("check_endpoint_in_project")),
  route("HEAD", chosen, filterEntryCheck, rule("check_endpoint_in_project")),
  route("PUT", chosen, filterEntryAdd, rule("add_endpoint_to_project")),
  route("DELETE", chosen, filterEntryRemove, rule("remove_endpoint_from_project")),
  route("GET", "/v3/OS-EP-FILTER/endpoints/:endpoint_id/projects", filterProjectsList, rule("list_projects_for_endpoint")),
];
