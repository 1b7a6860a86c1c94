import type { PolicyRules } from "#policy/index.ts";
import { identityExtensionPolicyRules } from "./policy-rules-extensions.ts";

const admin = "role:admin";
const adminOrSystemReader = "role:admin or (role:reader and system_scope:all)";
const self = "user_id:%(target.user.id)s";
const ownDomain = "token.domain.id:%(target.domain.id)s or token.project.domain.id:%(target.domain.id)s";
const subject = "user_id:%(target.token.user_id)s";
const anybody = "";

/** Keystone's rule names and, without its domain administrators, its defaults. */
export const identityPolicyRules: PolicyRules = {
  "identity:validate_token": `${adminOrSystemReader} or role:service or ${subject}`,
  "identity:check_token": `${adminOrSystemReader} or ${subject}`,
  "identity:revoke_token": `${admin} or ${subject}`,
  "identity:get_auth_catalog": anybody,
  "identity:get_auth_projects": anybody,
  "identity:get_auth_domains": anybody,
  "identity:get_auth_system": anybody,
  "identity:list_domains": adminOrSystemReader,
  "identity:get_domain": `${adminOrSystemReader} or ${ownDomain}`,
  "identity:create_domain": admin,
  "identity:update_domain": admin,
  "identity:delete_domain": admin,
  "identity:list_projects": adminOrSystemReader,
  "identity:get_project": `${adminOrSystemReader} or project_id:%(target.project.id)s`,
  "identity:create_project": admin,
  "identity:update_project": admin,
  "identity:delete_project": admin,
  "identity:list_user_projects": `${adminOrSystemReader} or ${self}`,
  "identity:list_users": adminOrSystemReader,
  "identity:get_user": `${adminOrSystemReader} or ${self}`,
  "identity:create_user": admin,
  "identity:update_user": admin,
  "identity:delete_user": admin,
  "identity:list_roles": adminOrSystemReader,
  "identity:get_role": adminOrSystemReader,
  "identity:create_role": admin,
  "identity:update_role": admin,
  "identity:delete_role": admin,
  "identity:list_grants": adminOrSystemReader,
  "identity:check_grant": adminOrSystemReader,
  "identity:create_grant": admin,
  "identity:revoke_grant": admin,
  "identity:list_system_grants_for_user": adminOrSystemReader,
  "identity:check_system_grant_for_user": adminOrSystemReader,
  "identity:create_system_grant_for_user": admin,
  "identity:revoke_system_grant_for_user": admin,
  "identity:list_role_assignments": adminOrSystemReader,
  "identity:list_services": adminOrSystemReader,
  "identity:get_service": adminOrSystemReader,
  "identity:list_endpoints": adminOrSystemReader,
  "identity:get_endpoint": adminOrSystemReader,
  "identity:list_regions": anybody,
  "identity:get_region": anybody,
  ...identityExtensionPolicyRules,
};
