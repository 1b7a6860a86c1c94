import type { PolicyRules } from "#policy/index.ts";
import { identityExtensionPolicyRules } from "./policy-rules-extensions.ts";

const admin = "rule:admin_required";
const adminOrSystemReader = `${admin} or (role:reader and system_scope:all)`;
const anybody = "";

/** What the others name; an operator changes who is an administrator here. `service_or_admin` is also Nova's, and stands there. */
const baseRules: PolicyRules = {
  admin_required: "role:admin",
  service_role: "role:service",
  owner: "user_id:%(user_id)s",
  token_subject: "user_id:%(target.token.user_id)s",
  admin_or_token_subject: "rule:admin_required or rule:token_subject",
  service_admin_or_token_subject: "rule:admin_required or rule:service_role or rule:token_subject",
  domain_managed_target_role:
    "'manager':%(target.role.name)s or 'member':%(target.role.name)s or 'reader':%(target.role.name)s",
};

/** Beside administrators and the system's readers: who reads, and who manages, the domain of the thing. */
const readerOf = (domain: string): string =>
  `${adminOrSystemReader} or (role:reader and domain_id:%(${domain})s)`;
const managerOf = (domain: string): string => `${admin} or (role:manager and domain_id:%(${domain})s)`;
const self = "user_id:%(target.user.id)s";
const ofGroupAndUser = "domain_id:%(target.group.domain_id)s and domain_id:%(target.user.domain_id)s";

/** A grant lies within the caller's domain when both who gets the role and where they get it do. */
const grantsOf = (role: string): string =>
  ["user", "group"]
    .flatMap((actor) => ["project.domain_id", "domain.id"].map((scope) => [actor, scope]))
    .map(
      ([actor, scope]) =>
        `(role:${role} and domain_id:%(target.${actor}.domain_id)s and domain_id:%(target.${scope})s)`,
    )
    .join(" or ");
const ofRole = "(domain_id:%(target.role.domain_id)s or None:%(target.role.domain_id)s)";
const grantsChange = `${admin} or ((${grantsOf("manager")}) and rule:domain_managed_target_role)`;

/** Keystone's rule names and its defaults. */
export const identityPolicyRules: PolicyRules = {
  ...baseRules,
  "identity:validate_token": "rule:service_admin_or_token_subject or (role:reader and system_scope:all)",
  "identity:check_token": `${adminOrSystemReader} or rule:token_subject`,
  "identity:revoke_token": "rule:admin_or_token_subject",
  "identity:get_auth_catalog": anybody,
  "identity:get_auth_projects": anybody,
  "identity:get_auth_domains": anybody,
  "identity:get_auth_system": anybody,
  "identity:list_domains": readerOf("target.domain.id"),
  "identity:get_domain": `${adminOrSystemReader} or token.domain.id:%(target.domain.id)s or token.project.domain.id:%(target.domain.id)s`,
  "identity:create_domain": admin,
  "identity:update_domain": admin,
  "identity:delete_domain": admin,
  "identity:list_projects": readerOf("target.domain_id"),
  "identity:get_project": `${readerOf("target.project.domain_id")} or project_id:%(target.project.id)s`,
  "identity:create_project": managerOf("target.project.domain_id"),
  "identity:update_project": managerOf("target.project.domain_id"),
  "identity:delete_project": managerOf("target.project.domain_id"),
  "identity:list_user_projects": `${readerOf("target.user.domain_id")} or ${self}`,
  "identity:list_users": readerOf("target.domain_id"),
  "identity:get_user": `${readerOf("target.user.domain_id")} or ${self}`,
  "identity:create_user": managerOf("target.user.domain_id"),
  "identity:update_user": managerOf("target.user.domain_id"),
  "identity:delete_user": managerOf("target.user.domain_id"),
  "identity:list_groups": readerOf("target.group.domain_id"),
  "identity:get_group": readerOf("target.group.domain_id"),
  "identity:create_group": managerOf("target.group.domain_id"),
  "identity:update_group": managerOf("target.group.domain_id"),
  "identity:delete_group": managerOf("target.group.domain_id"),
  "identity:list_groups_for_user": `${readerOf("target.user.domain_id")} or rule:owner`,
  "identity:list_users_in_group": readerOf("target.group.domain_id"),
  "identity:check_user_in_group": `${adminOrSystemReader} or (role:reader and ${ofGroupAndUser})`,
  "identity:add_user_to_group": `${admin} or (role:manager and ${ofGroupAndUser})`,
  "identity:remove_user_from_group": `${admin} or (role:manager and ${ofGroupAndUser})`,
  "identity:list_roles": `${adminOrSystemReader} or (role:manager and not domain_id:None)`,
  "identity:get_role": `${adminOrSystemReader} or (role:manager and rule:domain_managed_target_role)`,
  "identity:list_domain_roles": adminOrSystemReader,
  "identity:get_domain_role": adminOrSystemReader,
  "identity:create_domain_role": admin,
  "identity:update_domain_role": admin,
  "identity:delete_domain_role": admin,
  "identity:create_role": admin,
  "identity:update_role": admin,
  "identity:delete_role": admin,
  "identity:list_implied_roles": adminOrSystemReader,
  "identity:get_implied_role": adminOrSystemReader,
  "identity:check_implied_role": adminOrSystemReader,
  "identity:create_implied_role": admin,
  "identity:delete_implied_role": admin,
  "identity:list_role_inference_rules": adminOrSystemReader,
  "identity:list_grants": `${adminOrSystemReader} or ${grantsOf("reader")}`,
  "identity:check_grant": `${adminOrSystemReader} or ((${grantsOf("reader")}) and ${ofRole})`,
  "identity:create_grant": grantsChange,
  "identity:revoke_grant": grantsChange,
  "identity:list_system_grants_for_user": adminOrSystemReader,
  "identity:check_system_grant_for_user": adminOrSystemReader,
  "identity:create_system_grant_for_user": admin,
  "identity:revoke_system_grant_for_user": admin,
  "identity:list_system_grants_for_group": adminOrSystemReader,
  "identity:check_system_grant_for_group": adminOrSystemReader,
  "identity:create_system_grant_for_group": admin,
  "identity:revoke_system_grant_for_group": admin,
  "identity:list_role_assignments": readerOf("target.domain_id"),
  "identity:list_role_assignments_for_tree": readerOf("target.domain_id"),
  "identity:list_services": adminOrSystemReader,
  "identity:get_service": adminOrSystemReader,
  "identity:create_service": admin,
  "identity:update_service": admin,
  "identity:delete_service": admin,
  "identity:list_endpoints": adminOrSystemReader,
  "identity:get_endpoint": adminOrSystemReader,
  "identity:create_endpoint": admin,
  "identity:update_endpoint": admin,
  "identity:delete_endpoint": admin,
  "identity:list_endpoint_groups": adminOrSystemReader,
  "identity:get_endpoint_group": adminOrSystemReader,
  "identity:list_endpoints_associated_with_endpoint_group": adminOrSystemReader,
  "identity:list_projects_associated_with_endpoint_group": adminOrSystemReader,
  "identity:get_endpoint_group_in_project": adminOrSystemReader,
  "identity:list_endpoint_groups_for_project": adminOrSystemReader,
  "identity:list_endpoints_for_project": adminOrSystemReader,
  "identity:check_endpoint_in_project": adminOrSystemReader,
  "identity:list_projects_for_endpoint": adminOrSystemReader,
  "identity:create_endpoint_group": admin,
  "identity:update_endpoint_group": admin,
  "identity:delete_endpoint_group": admin,
  "identity:add_endpoint_group_to_project": admin,
  "identity:remove_endpoint_group_from_project": admin,
  "identity:add_endpoint_to_project": admin,
  "identity:remove_endpoint_from_project": admin,
  "identity:list_regions": anybody,
  "identity:get_region": anybody,
  "identity:create_region": admin,
  "identity:update_region": admin,
  "identity:delete_region": admin,
  ...identityExtensionPolicyRules,
};
