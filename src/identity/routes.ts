import { route, type Route } from "#http/index.ts";
import { authCatalog } from "./api/auth/catalog.ts";
import { authDomains } from "./api/auth/domains.ts";
import { authProjects } from "./api/auth/projects.ts";
import { authSystem } from "./api/auth/system.ts";
import { authTokenIssue } from "./api/auth/token-issue.ts";
import { authTokenCheck, authTokenRevoke, authTokenValidate } from "./api/auth/token-subject.ts";
import { domainCreate } from "./api/domains/create.ts";
import { domainDelete } from "./api/domains/delete.ts";
import { domainsList } from "./api/domains/list.ts";
import { domainShow } from "./api/domains/show.ts";
import { domainUpdate } from "./api/domains/update.ts";
import { grantCheck, grantCheckInherited } from "./api/grants/check.ts";
import { grantCreate, grantCreateInherited } from "./api/grants/create.ts";
import { grantsList, grantsListInherited } from "./api/grants/list.ts";
import { grantRevoke, grantRevokeInherited } from "./api/grants/revoke.ts";
import { endpointCreate } from "./api/endpoints/create.ts";
import { endpointDelete } from "./api/endpoints/delete.ts";
import { endpointsList } from "./api/endpoints/list.ts";
import { endpointShow } from "./api/endpoints/show.ts";
import { endpointUpdate } from "./api/endpoints/update.ts";
import { regionCreate, regionCreateAt } from "./api/regions/create.ts";
import { regionDelete } from "./api/regions/delete.ts";
import { regionsList } from "./api/regions/list.ts";
import { regionShow } from "./api/regions/show.ts";
import { regionUpdate } from "./api/regions/update.ts";
import { serviceCreate } from "./api/services/create.ts";
import { serviceDelete } from "./api/services/delete.ts";
import { servicesList } from "./api/services/list.ts";
import { serviceShow } from "./api/services/show.ts";
import { serviceUpdate } from "./api/services/update.ts";
import { groupCreate } from "./api/groups/create.ts";
import { groupDelete } from "./api/groups/delete.ts";
import { groupsList } from "./api/groups/list.ts";
import { memberAdd } from "./api/groups/member-add.ts";
import { memberCheck } from "./api/groups/member-check.ts";
import { memberRemove } from "./api/groups/member-remove.ts";
import { groupShow } from "./api/groups/show.ts";
import { groupUpdate } from "./api/groups/update.ts";
import { groupUsers } from "./api/groups/users.ts";
import { projectCreate } from "./api/projects/create.ts";
import { projectDelete } from "./api/projects/delete.ts";
import { projectsList } from "./api/projects/list.ts";
import { projectShow } from "./api/projects/show.ts";
import { projectUpdate } from "./api/projects/update.ts";
import { roleAssignmentsList } from "./api/role-assignments/list.ts";
import { inferenceCheck } from "./api/role-inferences/check.ts";
import { inferenceCreate } from "./api/role-inferences/create.ts";
import { inferenceDelete } from "./api/role-inferences/delete.ts";
import { impliedRolesList } from "./api/role-inferences/implied.ts";
import { inferencesList } from "./api/role-inferences/list.ts";
import { inferenceShow } from "./api/role-inferences/show.ts";
import { roleCreate } from "./api/roles/create.ts";
import { roleDelete } from "./api/roles/delete.ts";
import { rolesList } from "./api/roles/list.ts";
import { roleShow } from "./api/roles/show.ts";
import { roleUpdate } from "./api/roles/update.ts";
import { userCreate } from "./api/users/create.ts";
import { userDelete } from "./api/users/delete.ts";
import { userGroups } from "./api/users/groups.ts";
import { usersList } from "./api/users/list.ts";
import { userPassword } from "./api/users/password.ts";
import { userProjects } from "./api/users/projects.ts";
import { userShow } from "./api/users/show.ts";
import { userUpdate } from "./api/users/update.ts";
import { versionsList } from "./api/versions/list.ts";
import { versionShow } from "./api/versions/show.ts";
import type { IdentityDeps } from "./app/context.ts";
import {
  domainTarget,
  existingDomainTarget,
  existingGroupTarget,
  grantTarget,
  groupTarget,
  listTarget,
  memberTarget,
  newTarget,
  projectTarget,
  userTarget,
} from "./app/policy-target.ts";
import { federationRoutes } from "./federation-routes.ts";
import { extensionRows } from "./routes-extensions.ts";
import { endpointFilterRoutes } from "./endpoint-filter-routes.ts";

const open = { policy: "public" };
const rule = (name: string) => ({ policy: `identity:${name}` });
/** The app enforces it: which rule, or on what, is known there. */
const enforcedRule = (name: string) => ({ ...rule(name), enforcedByApp: true });
const userRule = (name: string) => ({ ...rule(name), target: userTarget });
const groupRule = (name: string) => ({ ...rule(name), target: groupTarget });
const memberRule = (name: string) => ({ ...rule(name), target: memberTarget });
const projectRule = (name: string) => ({ ...rule(name), target: projectTarget });
const domainRule = (name: string) => ({ ...rule(name), target: domainTarget });
const existingDomainRule = (name: string) => ({ ...rule(name), target: existingDomainTarget });
const grantRule = (name: string) => ({ ...rule(name), target: grantTarget });
const newRule = (kind: "user" | "group" | "project") => ({
  ...rule(`create_${kind}`),
  target: newTarget(kind),
});
const listRule = (name: string, attribute: string) => ({ ...rule(name), target: listTarget(attribute) });

/** Whose roles on what, as Keystone's paths name them. */
const grantPlaces = ["projects/:project_id", "domains/:domain_id"].flatMap((scope) =>
  ["users/:user_id", "groups/:group_id"].map((actor) => `${scope}/${actor}/roles`),
);
const systemGrants = [
  { path: "/v3/system/users/:user_id/roles", actor: "user" },
  { path: "/v3/system/groups/:group_id/roles", actor: "group" },
];

// oxfmt-ignore
const rows: readonly Route<IdentityDeps>[] = [
  route("GET", "/", versionsList, open),
  route("GET", "/v3", versionShow, open),

  route("POST", "/v3/auth/tokens", authTokenIssue, open),
  route("GET", "/v3/auth/tokens", authTokenValidate, enforcedRule("validate_token")),
  route("HEAD", "/v3/auth/tokens", authTokenCheck, enforcedRule("check_token")),
  route("DELETE", "/v3/auth/tokens", authTokenRevoke, enforcedRule("revoke_token")),
  route("GET", "/v3/auth/catalog", authCatalog, rule("get_auth_catalog")),
  route("GET", "/v3/auth/projects", authProjects, rule("get_auth_projects")),
  route("GET", "/v3/auth/domains", authDomains, rule("get_auth_domains")),
  route("GET", "/v3/auth/system", authSystem, rule("get_auth_system")),

  route("GET", "/v3/domains", domainsList, listRule("list_domains", "target.domain.id")),
  route("POST", "/v3/domains", domainCreate, rule("create_domain")),
  route("GET", "/v3/domains/:domain_id", domainShow, domainRule("get_domain")),
  route("PATCH", "/v3/domains/:domain_id", domainUpdate, existingDomainRule("update_domain")),
  route("DELETE", "/v3/domains/:domain_id", domainDelete, existingDomainRule("delete_domain")),

  route("GET", "/v3/projects", projectsList, listRule("list_projects", "target.domain_id")),
  route("POST", "/v3/projects", projectCreate, newRule("project")),
  route("GET", "/v3/projects/:project_id", projectShow, projectRule("get_project")),
  route("PATCH", "/v3/projects/:project_id", projectUpdate, projectRule("update_project")),
  route("DELETE", "/v3/projects/:project_id", projectDelete, projectRule("delete_project")),

  route("GET", "/v3/users", usersList, listRule("list_users", "target.domain_id")),
  route("POST", "/v3/users", userCreate, newRule("user")),
  route("GET", "/v3/users/:user_id", userShow, userRule("get_user")),
  route("PATCH", "/v3/users/:user_id", userUpdate, userRule("update_user")),
  route("DELETE", "/v3/users/:user_id", userDelete, userRule("delete_user")),
  route("POST", "/v3/users/:user_id/password", userPassword, open),
  route("GET", "/v3/users/:user_id/projects", userProjects, userRule("list_user_projects")),
  route("GET", "/v3/users/:user_id/groups", userGroups, userRule("list_groups_for_user")),

  route("GET", "/v3/groups", groupsList, listRule("list_groups", "target.group.domain_id")),
  route("POST", "/v3/groups", groupCreate, newRule("group")),
  route("GET", "/v3/groups/:group_id", groupShow, groupRule("get_group")),
  route("PATCH", "/v3/groups/:group_id", groupUpdate, groupRule("update_group")),
  route("DELETE", "/v3/groups/:group_id", groupDelete, { ...rule("delete_group"), target: existingGroupTarget }),
  route("GET", "/v3/groups/:group_id/users", groupUsers, groupRule("list_users_in_group")),
  route("GET", "/v3/groups/:group_id/users/:user_id", memberCheck, memberRule("check_user_in_group")),
  route("HEAD", "/v3/groups/:group_id/users/:user_id", memberCheck, memberRule("check_user_in_group")),
  route("PUT", "/v3/groups/:group_id/users/:user_id", memberAdd, memberRule("add_user_to_group")),
  route("DELETE", "/v3/groups/:group_id/users/:user_id", memberRemove, memberRule("remove_user_from_group")),

  route("GET", "/v3/roles", rolesList, enforcedRule("list_roles")),
  route("POST", "/v3/roles", roleCreate, enforcedRule("create_role")),
  route("GET", "/v3/roles/:role_id", roleShow, enforcedRule("get_role")),
  route("PATCH", "/v3/roles/:role_id", roleUpdate, enforcedRule("update_role")),
  route("DELETE", "/v3/roles/:role_id", roleDelete, enforcedRule("delete_role")),
  route("GET", "/v3/roles/:role_id/implies", impliedRolesList, rule("list_implied_roles")),
  route("GET", "/v3/roles/:role_id/implies/:implied_role_id", inferenceShow, rule("get_implied_role")),
  route("HEAD", "/v3/roles/:role_id/implies/:implied_role_id", inferenceCheck, rule("check_implied_role")),
  route("PUT", "/v3/roles/:role_id/implies/:implied_role_id", inferenceCreate, rule("create_implied_role")),
  route("DELETE", "/v3/roles/:role_id/implies/:implied_role_id", inferenceDelete, rule("delete_implied_role")),
  route("GET", "/v3/role_inferences", inferencesList, rule("list_role_inference_rules")),

  ...grantPlaces.map((place) => `/v3/${place}`).flatMap((path) => [
    route("GET", path, grantsList, grantRule("list_grants")),
    route("GET", `${path}/:role_id`, grantCheck, grantRule("check_grant")),
    route("HEAD", `${path}/:role_id`, grantCheck, grantRule("check_grant")),
    route("PUT", `${path}/:role_id`, grantCreate, grantRule("create_grant")),
    route("DELETE", `${path}/:role_id`, grantRevoke, grantRule("revoke_grant")),
  ]),
  ...grantPlaces.map((place) => `/v3/OS-INHERIT/${place}`).flatMap((path) => [
    route("GET", `${path}/inherited_to_projects`, grantsListInherited, grantRule("list_grants")),
    route("GET", `${path}/:role_id/inherited_to_projects`, grantCheckInherited, grantRule("check_grant")),
    route("HEAD", `${path}/:role_id/inherited_to_projects`, grantCheckInherited, grantRule("check_grant")),
    route("PUT", `${path}/:role_id/inherited_to_projects`, grantCreateInherited, grantRule("create_grant")),
    route("DELETE", `${path}/:role_id/inherited_to_projects`, grantRevokeInherited, grantRule("revoke_grant")),
  ]),
  ...systemGrants.flatMap(({ path, actor }) => [
    route("GET", path, grantsList, rule(`list_system_grants_for_${actor}`)),
    route("GET", `${path}/:role_id`, grantCheck, rule(`check_system_grant_for_${actor}`)),
    route("HEAD", `${path}/:role_id`, grantCheck, rule(`check_system_grant_for_${actor}`)),
    route("PUT", `${path}/:role_id`, grantCreate, rule(`create_system_grant_for_${actor}`)),
    route("DELETE", `${path}/:role_id`, grantRevoke, rule(`revoke_system_grant_for_${actor}`)),
  ]),
  route("GET", "/v3/role_assignments", roleAssignmentsList, enforcedRule("list_role_assignments")),

  route("GET", "/v3/services", servicesList, rule("list_services")),
  route("POST", "/v3/services", serviceCreate, rule("create_service")),
  route("GET", "/v3/services/:service_id", serviceShow, rule("get_service")),
  route("PATCH", "/v3/services/:service_id", serviceUpdate, rule("update_service")),
  route("DELETE", "/v3/services/:service_id", serviceDelete, rule("delete_service")),
  route("GET", "/v3/endpoints", endpointsList, rule("list_endpoints")),
  route("POST", "/v3/endpoints", endpointCreate, rule("create_endpoint")),
  route("GET", "/v3/endpoints/:endpoint_id", endpointShow, rule("get_endpoint")),
  route("PATCH", "/v3/endpoints/:endpoint_id", endpointUpdate, rule("update_endpoint")),
  route("DELETE", "/v3/endpoints/:endpoint_id", endpointDelete, rule("delete_endpoint")),
  route("GET", "/v3/regions", regionsList, rule("list_regions")),
  route("POST", "/v3/regions", regionCreate, rule("create_region")),
  route("GET", "/v3/regions/:region_id", regionShow, rule("get_region")),
  route("PUT", "/v3/regions/:region_id", regionCreateAt, rule("create_region")),
  route("PATCH", "/v3/regions/:region_id", regionUpdate, rule("update_region")),
  route("DELETE", "/v3/regions/:region_id", regionDelete, rule("delete_region")),
  ...endpointFilterRoutes,
  ...federationRoutes,
  ...extensionRows,
];

/** Keystone answers HEAD wherever it answers GET. */
const headRows = rows
  .filter(({ method }) => method === "GET")
  .filter(({ path }) => !rows.some((row) => row.method === "HEAD" && row.path === path))
  .map((row): Route<IdentityDeps> => ({ ...row, method: "HEAD" }));

export const identityRoutes: readonly Route<IdentityDeps>[] = [...rows, ...headRows];
