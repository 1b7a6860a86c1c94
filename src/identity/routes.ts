import { route, type Route } from "#http/index.ts";
import { authCatalog } from "./api/auth/catalog.ts";
import { authDomains } from "./api/auth/domains.ts";
import { authProjects } from "./api/auth/projects.ts";
import { authSystem } from "./api/auth/system.ts";
import { authTokenIssue } from "./api/auth/token-issue.ts";
import { authTokenCheck, authTokenRevoke, authTokenValidate } from "./api/auth/token-subject.ts";
import { endpointShow, endpointsList } from "./api/catalog/endpoints.ts";
import { regionShow, regionsList } from "./api/catalog/regions.ts";
import { serviceShow, servicesList } from "./api/catalog/services.ts";
import { domainCreate } from "./api/domains/create.ts";
import { domainDelete } from "./api/domains/delete.ts";
import { domainsList } from "./api/domains/list.ts";
import { domainShow } from "./api/domains/show.ts";
import { domainUpdate } from "./api/domains/update.ts";
import { grantCheck } from "./api/grants/check.ts";
import { grantCreate } from "./api/grants/create.ts";
import { grantsList } from "./api/grants/list.ts";
import { grantRevoke } from "./api/grants/revoke.ts";
import { projectCreate } from "./api/projects/create.ts";
import { projectDelete } from "./api/projects/delete.ts";
import { projectsList } from "./api/projects/list.ts";
import { projectShow } from "./api/projects/show.ts";
import { projectUpdate } from "./api/projects/update.ts";
import { roleAssignmentsList } from "./api/role-assignments/list.ts";
import { roleCreate } from "./api/roles/create.ts";
import { roleDelete } from "./api/roles/delete.ts";
import { rolesList } from "./api/roles/list.ts";
import { roleShow } from "./api/roles/show.ts";
import { roleUpdate } from "./api/roles/update.ts";
import { userCreate } from "./api/users/create.ts";
import { userDelete } from "./api/users/delete.ts";
import { usersList } from "./api/users/list.ts";
import { userPassword } from "./api/users/password.ts";
import { userProjects } from "./api/users/projects.ts";
import { userShow } from "./api/users/show.ts";
import { userUpdate } from "./api/users/update.ts";
import { versionsList } from "./api/versions/list.ts";
import { versionShow } from "./api/versions/show.ts";
import type { IdentityDeps } from "./app/context.ts";
import { extensionRows } from "./routes-extensions.ts";

type Params = Readonly<Record<string, string>>;

const open = { policy: "public" };
const rule = (name: string) => ({ policy: `identity:${name}` });
/** Its target is the token in X-Subject-Token. */
const subjectRule = (name: string) => ({ ...rule(name), enforcedByApp: true });
const userRule = (name: string) => ({
  ...rule(name),
  target: (params: Params) => ({ "target.user.id": params["user_id"] }),
});
const projectRule = (name: string) => ({
  ...rule(name),
  target: (params: Params) => ({ "target.project.id": params["project_id"] }),
});
const domainRule = (name: string) => ({
  ...rule(name),
  target: (params: Params) => ({ "target.domain.id": params["domain_id"] }),
});

const projectGrants = "/v3/projects/:project_id/users/:user_id/roles";
const domainGrants = "/v3/domains/:domain_id/users/:user_id/roles";
const systemGrants = "/v3/system/users/:user_id/roles";

// oxfmt-ignore
const rows: readonly Route<IdentityDeps>[] = [
  route("GET", "/", versionsList, open),
  route("GET", "/v3", versionShow, open),

  route("POST", "/v3/auth/tokens", authTokenIssue, open),
  route("GET", "/v3/auth/tokens", authTokenValidate, subjectRule("validate_token")),
  route("HEAD", "/v3/auth/tokens", authTokenCheck, subjectRule("check_token")),
  route("DELETE", "/v3/auth/tokens", authTokenRevoke, subjectRule("revoke_token")),
  route("GET", "/v3/auth/catalog", authCatalog, rule("get_auth_catalog")),
  route("GET", "/v3/auth/projects", authProjects, rule("get_auth_projects")),
  route("GET", "/v3/auth/domains", authDomains, rule("get_auth_domains")),
  route("GET", "/v3/auth/system", authSystem, rule("get_auth_system")),

  route("GET", "/v3/domains", domainsList, rule("list_domains")),
  route("POST", "/v3/domains", domainCreate, rule("create_domain")),
  route("GET", "/v3/domains/:domain_id", domainShow, domainRule("get_domain")),
  route("PATCH", "/v3/domains/:domain_id", domainUpdate, domainRule("update_domain")),
  route("DELETE", "/v3/domains/:domain_id", domainDelete, domainRule("delete_domain")),

  route("GET", "/v3/projects", projectsList, rule("list_projects")),
  route("POST", "/v3/projects", projectCreate, rule("create_project")),
  route("GET", "/v3/projects/:project_id", projectShow, projectRule("get_project")),
  route("PATCH", "/v3/projects/:project_id", projectUpdate, projectRule("update_project")),
  route("DELETE", "/v3/projects/:project_id", projectDelete, projectRule("delete_project")),

  route("GET", "/v3/users", usersList, rule("list_users")),
  route("POST", "/v3/users", userCreate, rule("create_user")),
  route("GET", "/v3/users/:user_id", userShow, userRule("get_user")),
  route("PATCH", "/v3/users/:user_id", userUpdate, userRule("update_user")),
  route("DELETE", "/v3/users/:user_id", userDelete, userRule("delete_user")),
  route("POST", "/v3/users/:user_id/password", userPassword, open),
  route("GET", "/v3/users/:user_id/projects", userProjects, userRule("list_user_projects")),

  route("GET", "/v3/roles", rolesList, rule("list_roles")),
  route("POST", "/v3/roles", roleCreate, rule("create_role")),
  route("GET", "/v3/roles/:role_id", roleShow, rule("get_role")),
  route("PATCH", "/v3/roles/:role_id", roleUpdate, rule("update_role")),
  route("DELETE", "/v3/roles/:role_id", roleDelete, rule("delete_role")),

  ...[projectGrants, domainGrants].flatMap((path) => [
    route("GET", path, grantsList, rule("list_grants")),
    route("GET", `${path}/:role_id`, grantCheck, rule("check_grant")),
    route("HEAD", `${path}/:role_id`, grantCheck, rule("check_grant")),
    route("PUT", `${path}/:role_id`, grantCreate, rule("create_grant")),
    route("DELETE", `${path}/:role_id`, grantRevoke, rule("revoke_grant")),
  ]),
  route("GET", systemGrants, grantsList, rule("list_system_grants_for_user")),
  route("GET", `${systemGrants}/:role_id`, grantCheck, rule("check_system_grant_for_user")),
  route("HEAD", `${systemGrants}/:role_id`, grantCheck, rule("check_system_grant_for_user")),
  route("PUT", `${systemGrants}/:role_id`, grantCreate, rule("create_system_grant_for_user")),
  route("DELETE", `${systemGrants}/:role_id`, grantRevoke, rule("revoke_system_grant_for_user")),
  route("GET", "/v3/role_assignments", roleAssignmentsList, rule("list_role_assignments")),

  route("GET", "/v3/services", servicesList, rule("list_services")),
  route("GET", "/v3/services/:service_id", serviceShow, rule("get_service")),
  route("GET", "/v3/endpoints", endpointsList, rule("list_endpoints")),
  route("GET", "/v3/endpoints/:endpoint_id", endpointShow, rule("get_endpoint")),
  route("GET", "/v3/regions", regionsList, rule("list_regions")),
  route("GET", "/v3/regions/:region_id", regionShow, rule("get_region")),
  ...extensionRows,
];

/** Keystone answers HEAD wherever it answers GET. */
const headRows = rows
  .filter(({ method }) => method === "GET")
  .filter(({ path }) => !rows.some((row) => row.method === "HEAD" && row.path === path))
  .map((row): Route<IdentityDeps> => ({ ...row, method: "HEAD" }));

export const identityRoutes: readonly Route<IdentityDeps>[] = [...rows, ...headRows];
