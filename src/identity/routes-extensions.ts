import { route, type Route } from "#http/index.ts";
import { accessRuleDelete } from "./api/access-rules/delete.ts";
import { accessRulesList } from "./api/access-rules/list.ts";
import { accessRuleShow } from "./api/access-rules/show.ts";
import { applicationCredentialCreate } from "./api/application-credentials/create.ts";
import { applicationCredentialDelete } from "./api/application-credentials/delete.ts";
import { applicationCredentialsList } from "./api/application-credentials/list.ts";
import { applicationCredentialShow } from "./api/application-credentials/show.ts";
import { credentialCreate } from "./api/credentials/create.ts";
import { credentialDelete } from "./api/credentials/delete.ts";
import { credentialsList } from "./api/credentials/list.ts";
import { credentialShow } from "./api/credentials/show.ts";
import { credentialUpdate } from "./api/credentials/update.ts";
import { domainConfigDefault } from "./api/domain-config/default.ts";
import { domainConfigDelete } from "./api/domain-config/delete.ts";
import { domainConfigReplace } from "./api/domain-config/replace.ts";
import { domainSecurityCompliance } from "./api/domain-config/security-compliance.ts";
import { domainConfigShow } from "./api/domain-config/show.ts";
import { domainConfigUpdate } from "./api/domain-config/update.ts";
import { ec2CredentialCreate } from "./api/ec2-credentials/create.ts";
import { ec2CredentialDelete } from "./api/ec2-credentials/delete.ts";
import { ec2CredentialsList } from "./api/ec2-credentials/list.ts";
import { ec2CredentialShow } from "./api/ec2-credentials/show.ts";
import { limitsCreate } from "./api/limits/create.ts";
import { limitDelete } from "./api/limits/delete.ts";
import { limitsList } from "./api/limits/list.ts";
import { limitModelShow } from "./api/limits/model.ts";
import { limitShow } from "./api/limits/show.ts";
import { limitUpdate } from "./api/limits/update.ts";
import { accessTokenCreate } from "./api/oauth1/access-token-create.ts";
import { accessTokenDelete } from "./api/oauth1/access-token-delete.ts";
import { accessTokenRoleShow, accessTokenRolesList } from "./api/oauth1/access-token-roles.ts";
import { accessTokenShow } from "./api/oauth1/access-token-show.ts";
import { accessTokensList } from "./api/oauth1/access-tokens-list.ts";
import { consumerCreate } from "./api/oauth1/consumer-create.ts";
import { consumerDelete } from "./api/oauth1/consumer-delete.ts";
import { consumerShow } from "./api/oauth1/consumer-show.ts";
import { consumerUpdate } from "./api/oauth1/consumer-update.ts";
import { consumersList } from "./api/oauth1/consumers-list.ts";
import { requestTokenAuthorize } from "./api/oauth1/request-token-authorize.ts";
import { requestTokenCreate } from "./api/oauth1/request-token-create.ts";
import { policyCreate } from "./api/policies/create.ts";
import { policyDelete } from "./api/policies/delete.ts";
import { policiesList } from "./api/policies/list.ts";
import { policyShow } from "./api/policies/show.ts";
import { policyUpdate } from "./api/policies/update.ts";
import { policyAssociationCheck } from "./api/policy-associations/check.ts";
import { policyAssociationCreate } from "./api/policy-associations/create.ts";
import { policyAssociationDelete } from "./api/policy-associations/delete.ts";
import { endpointPolicyShow } from "./api/policy-associations/endpoint-policy.ts";
import { policyEndpointsList } from "./api/policy-associations/policy-endpoints.ts";
import { projectTagAdd } from "./api/project-tags/add.ts";
import { projectTagCheck } from "./api/project-tags/check.ts";
import { projectTagsClear } from "./api/project-tags/clear.ts";
import { projectTagsList } from "./api/project-tags/list.ts";
import { projectTagRemove } from "./api/project-tags/remove.ts";
import { projectTagsReplace } from "./api/project-tags/replace.ts";
import { registeredLimitsCreate } from "./api/registered-limits/create.ts";
import { registeredLimitDelete } from "./api/registered-limits/delete.ts";
import { registeredLimitsList } from "./api/registered-limits/list.ts";
import { registeredLimitShow } from "./api/registered-limits/show.ts";
import { registeredLimitUpdate } from "./api/registered-limits/update.ts";
import { trustCreate } from "./api/trusts/create.ts";
import { trustDelete } from "./api/trusts/delete.ts";
import { trustsList } from "./api/trusts/list.ts";
import { trustRoleShow, trustRolesList } from "./api/trusts/roles.ts";
import { trustShow } from "./api/trusts/show.ts";
import type { IdentityDeps } from "./app/context.ts";
import { projectTarget, userTarget } from "./app/policy-target.ts";

const open = { policy: "public" };
const rule = (name: string) => ({ policy: `identity:${name}` });
const projectRule = (name: string) => ({ ...rule(name), target: projectTarget });
const userRule = (name: string) => ({ ...rule(name), target: userTarget });
/** Whoever owns the thing decides, and that is known once it was read. */
const ownedRule = (name: string) => ({ ...rule(name), enforcedByApp: true });

const accessRules = "/v3/users/:user_id/access_rules";
const applicationCredentials = "/v3/users/:user_id/application_credentials";
const credentials = "/v3/credentials";
const ec2Credentials = "/v3/users/:user_id/credentials/OS-EC2";
const oauth1 = "/v3/OS-OAUTH1";
const accessTokens = "/v3/users/:user_id/OS-OAUTH1/access_tokens";
const trusts = "/v3/OS-TRUST/trusts";
const limits = "/v3/limits";
const registeredLimits = "/v3/registered_limits";
const policies = "/v3/policies";
const endpointPolicy = `${policies}/:policy_id/OS-ENDPOINT-POLICY`;
const associations: readonly (readonly [kind: string, path: string])[] = [
  ["endpoint", `${endpointPolicy}/endpoints/:endpoint_id`],
  ["service", `${endpointPolicy}/services/:service_id`],
  ["region_and_service", `${endpointPolicy}/services/:service_id/regions/:region_id`],
];
const domainConfig = "/v3/domains/:domain_id/config";
const securityCompliance = `${domainConfig}/security_compliance`;
const projectTags = "/v3/projects/:project_id/tags";

/** What Keystone has beside users, projects, roles and the catalogue. */
// oxfmt-ignore
export const extensionRows: readonly Route<IdentityDeps>[] = [
  route("GET", projectTags, projectTagsList, projectRule("list_project_tags")),
  route("PUT", projectTags, projectTagsReplace, projectRule("update_project_tags")),
  route("DELETE", projectTags, projectTagsClear, projectRule("delete_project_tags")),
  route("GET", `${projectTags}/:tag`, projectTagCheck, projectRule("get_project_tag")),
  route("PUT", `${projectTags}/:tag`, projectTagAdd, projectRule("create_project_tag")),
  route("DELETE", `${projectTags}/:tag`, projectTagRemove, projectRule("delete_project_tag")),

  route("GET", applicationCredentials, applicationCredentialsList, ownedRule("list_application_credentials")),
  route("POST", applicationCredentials, applicationCredentialCreate, ownedRule("create_application_credential")),
  route("GET", `${applicationCredentials}/:credential_id`, applicationCredentialShow, ownedRule("get_application_credential")),
  route("DELETE", `${applicationCredentials}/:credential_id`, applicationCredentialDelete, ownedRule("delete_application_credential")),
  route("GET", accessRules, accessRulesList, userRule("list_access_rules")),
  route("GET", `${accessRules}/:access_rule_id`, accessRuleShow, userRule("get_access_rule")),
  route("DELETE", `${accessRules}/:access_rule_id`, accessRuleDelete, userRule("delete_access_rule")),

  route("GET", `${oauth1}/consumers`, consumersList, rule("list_consumers")),
  route("POST", `${oauth1}/consumers`, consumerCreate, rule("create_consumer")),
  route("GET", `${oauth1}/consumers/:consumer_id`, consumerShow, rule("get_consumer")),
  route("PATCH", `${oauth1}/consumers/:consumer_id`, consumerUpdate, rule("update_consumer")),
  route("DELETE", `${oauth1}/consumers/:consumer_id`, consumerDelete, rule("delete_consumer")),
  // What proves these two is their signature.
  route("POST", `${oauth1}/request_token`, requestTokenCreate, open),
  route("POST", `${oauth1}/access_token`, accessTokenCreate, open),
  route("PUT", `${oauth1}/authorize/:request_token_id`, requestTokenAuthorize, rule("authorize_request_token")),
  route("GET", accessTokens, accessTokensList, rule("list_access_tokens")),
  route("GET", `${accessTokens}/:access_token_id`, accessTokenShow, rule("get_access_token")),
  route("DELETE", `${accessTokens}/:access_token_id`, accessTokenDelete, rule("delete_access_token")),
  route("GET", `${accessTokens}/:access_token_id/roles`, accessTokenRolesList, rule("list_access_token_roles")),
  route("GET", `${accessTokens}/:access_token_id/roles/:role_id`, accessTokenRoleShow, rule("get_access_token_role")),

  route("GET", trusts, trustsList, ownedRule("list_trusts")),
  route("POST", trusts, trustCreate, ownedRule("create_trust")),
  route("GET", `${trusts}/:trust_id`, trustShow, ownedRule("get_trust")),
  route("DELETE", `${trusts}/:trust_id`, trustDelete, ownedRule("delete_trust")),
  route("GET", `${trusts}/:trust_id/roles`, trustRolesList, ownedRule("list_roles_for_trust")),
  route("GET", `${trusts}/:trust_id/roles/:role_id`, trustRoleShow, ownedRule("get_role_for_trust")),

  route("GET", credentials, credentialsList, ownedRule("list_credentials")),
  route("POST", credentials, credentialCreate, ownedRule("create_credential")),
  route("GET", `${credentials}/:credential_id`, credentialShow, ownedRule("get_credential")),
  route("PATCH", `${credentials}/:credential_id`, credentialUpdate, ownedRule("update_credential")),
  route("DELETE", `${credentials}/:credential_id`, credentialDelete, ownedRule("delete_credential")),
  route("GET", ec2Credentials, ec2CredentialsList, ownedRule("ec2_list_credentials")),
  route("POST", ec2Credentials, ec2CredentialCreate, ownedRule("ec2_create_credential")),
  route("GET", `${ec2Credentials}/:access`, ec2CredentialShow, ownedRule("ec2_get_credential")),
  route("DELETE", `${ec2Credentials}/:access`, ec2CredentialDelete, ownedRule("ec2_delete_credential")),

  route("GET", registeredLimits, registeredLimitsList, rule("list_registered_limits")),
  route("POST", registeredLimits, registeredLimitsCreate, rule("create_registered_limits")),
  route("GET", `${registeredLimits}/:registered_limit_id`, registeredLimitShow, rule("get_registered_limit")),
  route("PATCH", `${registeredLimits}/:registered_limit_id`, registeredLimitUpdate, rule("update_registered_limit")),
  route("DELETE", `${registeredLimits}/:registered_limit_id`, registeredLimitDelete, rule("delete_registered_limit")),
  route("GET", limits, limitsList, rule("list_limits")),
  route("POST", limits, limitsCreate, rule("create_limits")),
  route("GET", `${limits}/model`, limitModelShow, rule("get_limit_model")),
  route("GET", `${limits}/:limit_id`, limitShow, ownedRule("get_limit")),
  route("PATCH", `${limits}/:limit_id`, limitUpdate, rule("update_limit")),
  route("DELETE", `${limits}/:limit_id`, limitDelete, rule("delete_limit")),

  route("GET", policies, policiesList, rule("list_policies")),
  route("POST", policies, policyCreate, rule("create_policy")),
  route("GET", `${policies}/:policy_id`, policyShow, rule("get_policy")),
  route("PATCH", `${policies}/:policy_id`, policyUpdate, rule("update_policy")),
  route("DELETE", `${policies}/:policy_id`, policyDelete, rule("delete_policy")),
  ...associations.flatMap(([kind, path]) => [
    route("GET", path, policyAssociationCheck, rule(`check_policy_association_for_${kind}`)),
    route("PUT", path, policyAssociationCreate, rule(`create_policy_association_for_${kind}`)),
    route("DELETE", path, policyAssociationDelete, rule(`delete_policy_association_for_${kind}`)),
  ]),
  route("GET", `${endpointPolicy}/endpoints`, policyEndpointsList, rule("list_endpoints_for_policy")),
  route("GET", "/v3/endpoints/:endpoint_id/OS-ENDPOINT-POLICY/policy", endpointPolicyShow, rule("get_policy_for_endpoint")),

  route("PUT", domainConfig, domainConfigReplace, rule("create_domain_config")),
  ...[domainConfig, `${domainConfig}/:group`, `${domainConfig}/:group/:option`].flatMap((path) => [
    route("GET", path, domainConfigShow, rule("get_domain_config")),
    route("PATCH", path, domainConfigUpdate, rule("update_domain_config")),
    route("DELETE", path, domainConfigDelete, rule("delete_domain_config")),
  ]),
  route("GET", securityCompliance, domainSecurityCompliance, rule("get_security_compliance_domain_config")),
  route("GET", `${securityCompliance}/:option`, domainSecurityCompliance, rule("get_security_compliance_domain_config")),
  ...["default", ":group/default", ":group/:option/default"].map((part) =>
    route("GET", `/v3/domains/config/${part}`, domainConfigDefault, rule("get_domain_config_default")),
  ),
];
