import type { PolicyRules } from "#policy/index.ts";

const admin = "rule:admin_required";
const adminOrSystemReader = `${admin} or (role:reader and system_scope:all)`;
const readsProject = `${adminOrSystemReader} or (role:reader and domain_id:%(target.project.domain_id)s) or project_id:%(target.project.id)s`;
const managesProject = `${admin} or (role:manager and domain_id:%(target.project.domain_id)s)`;

const projectTagRules: PolicyRules = {
  "identity:list_project_tags": readsProject,
  "identity:get_project_tag": readsProject,
  "identity:update_project_tags": managesProject,
  "identity:create_project_tag": managesProject,
  "identity:delete_project_tags": managesProject,
  "identity:delete_project_tag": managesProject,
};

const owner = "rule:owner";
const ofUser = "user_id:%(target.user.id)s";

const applicationCredentialRules: PolicyRules = {
  "identity:list_application_credentials": `${adminOrSystemReader} or ${owner}`,
  "identity:get_application_credential": `${adminOrSystemReader} or ${owner}`,
  "identity:create_application_credential": owner,
  "identity:delete_application_credential": `${admin} or ${owner}`,
  "identity:list_access_rules": `(role:reader and system_scope:all) or ${ofUser}`,
  "identity:get_access_rule": `(role:reader and system_scope:all) or ${ofUser}`,
  "identity:delete_access_rule": `(role:admin and system_scope:all) or ${ofUser}`,
};

const oauth1Rules: PolicyRules = {
  "identity:list_consumers": adminOrSystemReader,
  "identity:get_consumer": adminOrSystemReader,
  "identity:create_consumer": admin,
  "identity:update_consumer": admin,
  "identity:delete_consumer": admin,
  "identity:authorize_request_token": admin,
  "identity:list_access_tokens": admin,
  "identity:get_access_token": admin,
  "identity:delete_access_token": admin,
  "identity:list_access_token_roles": admin,
  "identity:get_access_token_role": admin,
};

const trustor = "user_id:%(target.trust.trustor_user_id)s";
const trustee = "user_id:%(target.trust.trustee_user_id)s";

const trustRules: PolicyRules = {
  "identity:create_trust": trustor,
  "identity:list_trusts": adminOrSystemReader,
  "identity:list_trusts_for_trustor": `${adminOrSystemReader} or ${trustor}`,
  "identity:list_trusts_for_trustee": `${adminOrSystemReader} or ${trustee}`,
  "identity:list_roles_for_trust": `${adminOrSystemReader} or ${trustor} or ${trustee}`,
  "identity:get_role_for_trust": `${adminOrSystemReader} or ${trustor} or ${trustee}`,
  "identity:get_trust": `${adminOrSystemReader} or ${trustor} or ${trustee}`,
  "identity:delete_trust": `${admin} or ${trustor}`,
};

const credentialOwner = "user_id:%(target.credential.user_id)s";

const credentialRules: PolicyRules = {
  "identity:list_credentials": `${adminOrSystemReader} or ${credentialOwner}`,
  "identity:get_credential": `${adminOrSystemReader} or ${credentialOwner}`,
  "identity:create_credential": `${admin} or ${credentialOwner}`,
  "identity:update_credential": `${admin} or ${credentialOwner}`,
  "identity:delete_credential": `${admin} or ${credentialOwner}`,
  "identity:ec2_list_credentials": `${adminOrSystemReader} or ${owner}`,
  "identity:ec2_get_credential": `${adminOrSystemReader} or ${credentialOwner}`,
  "identity:ec2_create_credential": `${admin} or (role:member and ${credentialOwner})`,
  "identity:ec2_delete_credential": `${admin} or (role:member and ${credentialOwner})`,
};

const configurationRules: PolicyRules = {
  "identity:list_policies": adminOrSystemReader,
  "identity:get_policy": adminOrSystemReader,
  "identity:create_policy": admin,
  "identity:update_policy": admin,
  "identity:delete_policy": admin,
  "identity:check_policy_association_for_endpoint": adminOrSystemReader,
  "identity:create_policy_association_for_endpoint": admin,
  "identity:delete_policy_association_for_endpoint": admin,
  "identity:check_policy_association_for_service": adminOrSystemReader,
  "identity:create_policy_association_for_service": admin,
  "identity:delete_policy_association_for_service": admin,
  "identity:check_policy_association_for_region_and_service": adminOrSystemReader,
  "identity:create_policy_association_for_region_and_service": admin,
  "identity:delete_policy_association_for_region_and_service": admin,
  "identity:list_endpoints_for_policy": adminOrSystemReader,
  "identity:get_policy_for_endpoint": adminOrSystemReader,
  "identity:create_domain_config": admin,
  "identity:get_domain_config": adminOrSystemReader,
  "identity:get_security_compliance_domain_config": "",
  "identity:update_domain_config": admin,
  "identity:delete_domain_config": admin,
  "identity:get_domain_config_default": adminOrSystemReader,
};

const ofLimit = [
  "domain_id:%(target.limit.domain.id)s",
  "domain_id:%(target.limit.project.domain_id)s",
  "project_id:%(target.limit.project_id)s",
].join(" or ");

const limitRules: PolicyRules = {
  "identity:list_registered_limits": "",
  "identity:get_registered_limit": "",
  "identity:create_registered_limits": admin,
  "identity:update_registered_limit": admin,
  "identity:delete_registered_limit": admin,
  "identity:get_limit_model": "",
  "identity:list_limits": "",
  "identity:get_limit": `${adminOrSystemReader} or ${ofLimit}`,
  "identity:create_limits": admin,
  "identity:update_limit": admin,
  "identity:delete_limit": admin,
};

const federationRules: PolicyRules = {
  "identity:list_identity_providers": adminOrSystemReader,
  "identity:get_identity_provider": adminOrSystemReader,
  "identity:create_identity_provider": admin,
  "identity:update_identity_provider": admin,
  "identity:delete_identity_provider": admin,
  "identity:list_protocols": adminOrSystemReader,
  "identity:get_protocol": adminOrSystemReader,
  "identity:create_protocol": admin,
  "identity:update_protocol": admin,
  "identity:delete_protocol": admin,
  "identity:list_mappings": adminOrSystemReader,
  "identity:get_mapping": adminOrSystemReader,
  "identity:create_mapping": admin,
  "identity:update_mapping": admin,
  "identity:delete_mapping": admin,
  "identity:list_service_providers": adminOrSystemReader,
  "identity:get_service_provider": adminOrSystemReader,
  "identity:create_service_provider": admin,
  "identity:update_service_provider": admin,
  "identity:delete_service_provider": admin,
};

/** Of the resources in `routes-extensions.ts` and `federation-routes.ts`; Keystone's names and defaults. */
export const identityExtensionPolicyRules: PolicyRules = {
  ...projectTagRules,
  ...applicationCredentialRules,
  ...oauth1Rules,
  ...trustRules,
  ...credentialRules,
  ...configurationRules,
  ...limitRules,
  ...federationRules,
};
