import type { Accounts, Send } from "./fixtures.ts";
import { oauthHeaders, type AuthorizedKey, type Key } from "./oauth1-signing.ts";
import type { Answer } from "./rows.ts";

export interface IdentityFixtures {
  readonly domainId: string;
  /** The owner has it everywhere; it implies the other one. */
  readonly roleId: string;
  readonly impliedRoleId: string;
  readonly memberRoleId: string;
  /** The owner is in it, and it has the role everywhere. */
  readonly groupId: string;
  readonly catalogServiceId: string;
  readonly endpointId: string;
  readonly endpointGroupId: string;
  readonly regionId: string;
  readonly applicationCredentialId: string;
  readonly accessRuleId: string;
  /** The owner trusts the administrator. */
  readonly trustId: string;
  readonly credentialId: string;
  readonly ec2Access: string;
  readonly consumer: Key;
  readonly adminProjectId: string;
  /** OAuth's, the administrator's with the role of members: one that waits to be authorized, one that was, and what one was exchanged for. */
  readonly requestToken: Key;
  readonly authorizedToken: AuthorizedKey;
  readonly accessTokenId: string;
  /** No limit is of it. */
  readonly registeredLimitId: string;
  readonly limitId: string;
  readonly policyId: string;
}

const v3 = "/identity/v3";

export async function identityMake(made: Send, accounts: Accounts): Promise<IdentityFixtures> {
  const { admin } = accounts.tokens;
  const get = async (path: string) => (await made(admin, "GET", `${v3}/${path}`)).json;
  const post = async (path: string, body: object) => (await made(admin, "POST", `${v3}/${path}`, body)).json;
  const domainId = (await post("domains", { domain: { name: "walked" } })).domain.id as string;
  const roleId = (await post("roles", { role: { name: "walked" } })).role.id as string;
  const impliedRoleId = (await post("roles", { role: { name: "implied" } })).role.id as string;
  const memberRoleId = (await get("roles?name=member")).roles[0].id as string;
  const groupId = (await post("groups", { group: { name: "walked" } })).group.id as string;
  const catalogServiceId = (await get("services")).services[0].id as string;
  const endpointId = (await get("endpoints")).endpoints[0].id as string;
  const endpointGroup = { name: "walked", filters: { interface: "public" } };
  const filtered = await post("OS-EP-FILTER/endpoint_groups", { endpoint_group: endpointGroup });
  const endpointGroupId = filtered.endpoint_group.id as string;
  const policy = { type: "text/plain", blob: "walked" };
  const policyId = (await post("policies", { policy })).policy.id as string;
  const regionId = (await get("regions")).regions[0].id as string;
  const ids = { domainId, roleId, impliedRoleId, groupId, endpointId, endpointGroupId };
  const associated = { policyId, endpointId, catalogServiceId, regionId };
  for (const path of [...bonds(ids, accounts), ...associations(associated)])
    await made(admin, "PUT", `${v3}/${path}`);
  await made(admin, "PUT", `${v3}/domains/${domainId}/config`, {
    config: { ldap: { url: "ldap://walked" }, identity: { driver: "ldap" } },
  });
  await federationMake(made, accounts, domainId);
  return {
    ...ids,
    ...associated,
    memberRoleId,
    ...(await limitsMake(post, catalogServiceId, accounts)),
    ...(await ownersMake(made, accounts, roleId)),
    ...(await oauthMake(made, accounts)),
  };
}

/** One of each, by the id that path parameters have, too. */
export const federated = { id: "walked", fresh: "walked-anew" };

async function federationMake(made: Send, { tokens: { admin } }: Accounts, domainId: string) {
  const put = (path: string, body: object) =>
    made(admin, "PUT", `${v3}/OS-FEDERATION/${path}/${federated.id}`, body);
  const rules = [{ local: [{ user: { name: "{0}" } }], remote: [{ type: "HTTP_OIDC_SUB" }] }];
  await put("identity_providers", { identity_provider: { domain_id: domainId } });
  await put("mappings", { mapping: { rules } });
  await put(`identity_providers/${federated.id}/protocols`, { protocol: { mapping_id: federated.id } });
  const urls = { auth_url: "http://walked/auth", sp_url: "http://walked/sp" };
  await put("service_providers", { service_provider: { ...urls, enabled: true } });
}

/** Paths of what is made by a PUT alone: grants, members and choices. */
function bonds(
  ids: Pick<
    IdentityFixtures,
    "domainId" | "roleId" | "impliedRoleId" | "groupId" | "endpointId" | "endpointGroupId"
  >,
  { ownerProjectId, ownerUserId }: Accounts,
): string[] {
  const scopes = [`domains/${ids.domainId}`, `projects/${ownerProjectId}`];
  const grants = (scope: string): string[] =>
    [`users/${ownerUserId}`, `groups/${ids.groupId}`].map((actor) => `${scope}/${actor}/roles/${ids.roleId}`);
  return [
    `roles/${ids.roleId}/implies/${ids.impliedRoleId}`,
    `groups/${ids.groupId}/users/${ownerUserId}`,
    ...["system", ...scopes].flatMap(grants),
    ...scopes.flatMap(grants).map((grant) => `OS-INHERIT/${grant}/inherited_to_projects`),
    `projects/${ownerProjectId}/tags/walked`,
    `OS-EP-FILTER/projects/${ownerProjectId}/endpoints/${ids.endpointId}`,
    `OS-EP-FILTER/endpoint_groups/${ids.endpointGroupId}/projects/${ownerProjectId}`,
  ];
}

/** The policy is for the endpoint, for the service, and for that in the region. */
function associations({
  policyId,
  endpointId,
  catalogServiceId,
  regionId,
}: Pick<IdentityFixtures, "policyId" | "endpointId" | "catalogServiceId" | "regionId">): string[] {
  const service = `services/${catalogServiceId}`;
  return [`endpoints/${endpointId}`, service, `${service}/regions/${regionId}`].map(
    (what) => `policies/${policyId}/OS-ENDPOINT-POLICY/${what}`,
  );
}

async function limitsMake(
  post: (path: string, body: object) => Promise<Answer["json"]>,
  service: string,
  { ownerProjectId }: Accounts,
) {
  const resource = { service_id: service, resource_name: "limited" };
  const registered = [resource, { ...resource, resource_name: "unlimited" }].map((one) => {
    return { ...one, default_limit: 10 };
  });
  const both = (await post("registered_limits", { registered_limits: registered })).registered_limits;
  const limits = [{ ...resource, resource_limit: 5, project_id: ownerProjectId }];
  return {
    registeredLimitId: both.find((one: { resource_name: string }) => one.resource_name === "unlimited")
      .id as string,
    limitId: (await post("limits", { limits })).limits[0].id as string,
  };
}

/** What users make for themselves. */
async function ownersMake(made: Send, accounts: Accounts, roleId: string) {
  const { ownerUserId, ownerProjectId, adminUserId, tokens } = accounts;
  const post = async (path: string, body: object) =>
    (await made(tokens.owner, "POST", `${v3}/${path}`, body)).json;
  const application = await post(`users/${ownerUserId}/application_credentials`, {
    application_credential: {
      name: "walked",
      access_rules: [{ service: "compute", method: "GET", path: "/v2.1/servers" }],
    },
  });
  const { trust } = await post("OS-TRUST/trusts", {
    trust: {
      trustor_user_id: ownerUserId,
      trustee_user_id: adminUserId,
      project_id: ownerProjectId,
      impersonation: false,
      roles: [{ id: roleId }],
    },
  });
  const cert = { user_id: ownerUserId, type: "cert", blob: "walked" };
  const ec2 = await post(`users/${ownerUserId}/credentials/OS-EC2`, { tenant_id: ownerProjectId });
  return {
    applicationCredentialId: application.application_credential.id as string,
    accessRuleId: application.application_credential.access_rules[0].id as string,
    trustId: trust.id as string,
    credentialId: (await post("credentials", { credential: cert })).credential.id as string,
    ec2Access: ec2.credential.access as string,
  };
}

/** OAuth 1.0a to its end, and again to where the administrator is asked, and to where the consumer asks last. */
async function oauthMake(made: Send, { tokens: { admin }, adminProjectId }: Accounts) {
  const oauth = `${v3}/OS-OAUTH1`;
  const ask = async (path: string, keys: readonly [Key, AuthorizedKey?]): Promise<Key> => {
    const headers = { ...oauthHeaders(`${oauth}/${path}`, keys), "requested-project-id": adminProjectId };
    const { text } = await made(undefined, "POST", `${oauth}/${path}`, undefined, undefined, headers);
    const form = new URLSearchParams(text);
    return { id: form.get("oauth_token") ?? "", secret: form.get("oauth_token_secret") ?? "" };
  };
  const consumer = (await made(admin, "POST", `${oauth}/consumers`, { consumer: {} })).json.consumer as Key;
  const authorized = async (): Promise<AuthorizedKey> => {
    const request = await ask("request_token", [consumer]);
    const roles = { roles: [{ name: "member" }] };
    const { json } = await made(admin, "PUT", `${oauth}/authorize/${request.id}`, roles);
    return { ...request, verifier: json.token.oauth_verifier as string };
  };
  return {
    consumer,
    adminProjectId,
    accessTokenId: (await ask("access_token", [consumer, await authorized()])).id,
    authorizedToken: await authorized(),
    requestToken: await ask("request_token", [consumer]),
  };
}
