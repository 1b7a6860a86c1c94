import type { ScopeType } from "#http/index.ts";

/** Rules whose things are of domains, or of whoever asks: any token will do. */
const everyScope = new Set([
  "get_registered_limit",
  "list_registered_limits",
  "get_auth_catalog",
  "get_auth_projects",
  "get_auth_domains",
  "get_auth_system",
  "get_region",
  "list_regions",
  "check_grant",
  "list_grants",
  "create_grant",
  "revoke_grant",
  "get_security_compliance_domain_config",
  "get_project",
  "list_projects",
  "list_user_projects",
  "create_project",
  "update_project",
  "delete_project",
  "list_project_tags",
  "get_project_tag",
  "update_project_tags",
  "create_project_tag",
  "delete_project_tags",
  "delete_project_tag",
  "get_credential",
  "list_credentials",
  "create_credential",
  "update_credential",
  "delete_credential",
  "get_domain",
  "list_domains",
  "get_role",
  "list_roles",
  "list_role_assignments",
  "list_role_assignments_for_tree",
  "get_limit_model",
  "get_limit",
  "list_limits",
  "check_token",
  "validate_token",
  "revoke_token",
  "get_user",
  "list_users",
  "create_user",
  "update_user",
  "delete_user",
  "get_group",
  "list_groups",
  "list_groups_for_user",
  "create_group",
  "update_group",
  "delete_group",
  "list_users_in_group",
  "remove_user_from_group",
  "check_user_in_group",
  "add_user_to_group",
]);

/** What a user lends of a project. */
const projectOnly = new Set([
  "create_trust",
  "create_application_credential",
  "authorize_request_token",
  "get_access_token",
  "get_access_token_role",
  "list_access_tokens",
  "list_access_token_roles",
  "delete_access_token",
]);

/** Keystone's `scope_types`: what is the whole cloud's is no matter of a token for a domain, not even an administrator's. */
export function identityScopeTypes(rule: string): readonly ScopeType[] {
  const name = rule.replace(/^identity:/, "");
  if (everyScope.has(name)) return ["system", "domain", "project"];
  return projectOnly.has(name) ? ["project"] : ["system", "project"];
}
