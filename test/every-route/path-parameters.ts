import { embeddedStore } from "../../src/key-manager/domain/secret-store.ts";
import { federated } from "./fixtures-identity.ts";
import type { Fixtures } from "./fixtures.ts";
import { versionOf, type Row } from "./rows.ts";

/** What stands for a parameter of a path. */
export interface PathParameter {
  readonly value: (fixtures: Fixtures, row: Row) => string;
  /** It belongs to a project or a user: so is a member of another project refused who names it. */
  readonly foreign?: 403 | 404;
}

const owned = (foreign: 403 | 404, value: PathParameter["value"]): PathParameter => ({ foreign, value });
/** An id that there is none of yet, where the route makes it. */
const madeBy = ({ method, path }: Row["route"], end: string): string =>
  method === "PUT" && path.endsWith(end) ? federated.fresh : federated.id;
const shared = (value: PathParameter["value"]): PathParameter => ({ value });

/**
 * By service, and by the parameter's name where that says what it is, or by the path up to it, which goes first:
 * routes of parameters that are here need no line of their own.
 */
const pathParameters: Readonly<Record<string, Readonly<Record<string, PathParameter>>>> = {
  compute: {
    // Nova looks these up among the caller's own; the flavor is a private one.
    "/v2.1/servers/:id": owned(404, ({ serverId, doomedServerId }, { route }) =>
      route.action === "forceDelete" ? doomedServerId : serverId,
    ),
    "/v2.1/servers/:id/metadata/:key": shared(() => "walked"),
    ":port": shared(() => "4f6e3b1a-2c7d-4e8f-9a0b-1c2d3e4f5a6b"),
    ":volume": shared(() => "4f6e3b1a-2c7d-4e8f-9a0b-1c2d3e4f5a6b"),
    ":migration": shared(() => "1"),
    "/v2.1/servers/:id/tags/:tag": shared(() => "walked"),
    "/v2.1/servers/:id/os-instance-actions/:request_id": shared(({ requestId }) => requestId),
    "/v2.1/flavors/:id": owned(404, ({ flavorId }) => flavorId),
    "/v2.1/flavors/:id/os-extra_specs/:key": shared(() => "walked"),
    "/v2.1/os-keypairs/:name": owned(404, ({ keypairName }) => keypairName),
    "/v2.1/os-server-groups/:id": owned(404, ({ serverGroupId }) => serverGroupId),
    "/v2.1/os-quota-sets/:id": owned(403, ({ ownerProjectId }) => ownerProjectId),
    "/v2.1/os-quota-class-sets/:id": shared(() => "default"),
    // A number until 2.52; searched by name, also until then.
    "/v2.1/os-hypervisors/:id": shared(({ host }, { newest, route }) => {
      if (/search|servers/.test(route.path)) return host.hostname;
      return versionOf(newest).minor < 53 ? host.number : host.id;
    }),
    // A name until 2.52: of what is done, or of a host.
    "/v2.1/os-services/:id": shared(({ serviceId }, { newest }) =>
      versionOf(newest).minor < 53 ? "enable" : serviceId,
    ),
    "/v2.1/extensions/:alias": shared(() => "os-keypairs"),
    "/v2.1/servers/:id/ips/:network": shared(() => "private"),
    "/v2.1/images/:id": owned(404, ({ imageId }) => imageId),
    "/v2.1/images/:id/metadata/:key": shared(() => "walked"),
    "/v2.1/os-hosts/:id": shared(({ host }) => host.hostname),
    "/v2.1/os-aggregates/:id": shared(({ aggregateId }) => aggregateId),
    "/v2.1/os-simple-tenant-usage/:id": owned(403, ({ ownerProjectId }) => ownerProjectId),
    "/v2.1/os-instance_usage_audit_log/:before": shared(() => "2030-01-01 00:00:00"),
  },
  identity: {
    // Keystone looks nothing up for whom the rule refuses.
    ":project_id": owned(403, ({ ownerProjectId }) => ownerProjectId),
    // Only an administrator authorizes OAuth's tokens.
    ":user_id": owned(403, ({ ownerUserId, adminUserId }, { route }) =>
      route.path.includes("OS-OAUTH1") ? adminUserId : ownerUserId,
    ),
    // Security compliance is the default domain's alone.
    ":domain_id": shared(({ domainId }, { route }) =>
      route.path.includes("security_compliance") ? "default" : domainId,
    ),
    ":role_id": shared(({ roleId }) => roleId),
    ":implied_role_id": shared(({ impliedRoleId }) => impliedRoleId),
    ":group_id": shared(({ groupId }) => groupId),
    ":endpoint_group_id": shared(({ endpointGroupId }) => endpointGroupId),
    ":service_id": shared(({ catalogServiceId }) => catalogServiceId),
    ":endpoint_id": shared(({ endpointId }) => endpointId),
    ":region_id": shared(({ regionId }) => regionId),
    "/v3/domains/:domain_id/config/:group": shared(() => "ldap"),
    "/v3/domains/:domain_id/config/:group/:option": shared(() => "url"),
    "/v3/domains/:domain_id/config/security_compliance/:option": shared(() => "password_regex"),
    "/v3/domains/config/:group": shared(() => "ldap"),
    "/v3/domains/config/:group/:option": shared(() => "url"),
    "/v3/projects/:project_id/tags/:tag": shared(() => "walked"),
    "/v3/users/:user_id/application_credentials/:credential_id": shared(
      ({ applicationCredentialId }) => applicationCredentialId,
    ),
    ":access_rule_id": shared(({ accessRuleId }) => accessRuleId),
    "/v3/users/:user_id/credentials/OS-EC2/:access": shared(({ ec2Access }) => ec2Access),
    ":credential_id": owned(403, ({ credentialId }) => credentialId),
    ":consumer_id": shared(({ consumer }) => consumer.id),
    ":request_token_id": shared(({ requestToken }) => requestToken.id),
    ":access_token_id": shared(({ accessTokenId }) => accessTokenId),
    "/v3/users/:user_id/OS-OAUTH1/access_tokens/:access_token_id/roles/:role_id": shared(
      ({ memberRoleId }) => memberRoleId,
    ),
    ":trust_id": owned(403, ({ trustId }) => trustId),
    ":registered_limit_id": shared(({ registeredLimitId }) => registeredLimitId),
    ":limit_id": owned(403, ({ limitId }) => limitId),
    ":policy_id": shared(({ policyId }) => policyId),
    // Its PUT makes one; below it there are protocols.
    ":idp_id": shared((_fixtures, { route }) => madeBy(route, "/:idp_id")),
    ":protocol_id": shared((_fixtures, { route }) => madeBy(route, "/:protocol_id")),
    ":mapping_id": shared((_fixtures, { route }) => madeBy(route, "/:mapping_id")),
    ":service_provider_id": shared((_fixtures, { route }) => madeBy(route, "/:service_provider_id")),
  },
  image: {
    // Glance shows nobody that there are images of others.
    ":image_id": owned(404, ({ imageId }) => imageId),
    "/v2/images/:image_id/tags/:tag": shared(() => "walked"),
    ":member_id": shared(({ ownerProjectId }) => ownerProjectId),
    ":namespace": owned(404, () => "walked"),
    ":resource_type": shared(() => "walked"),
    ":name": shared(() => "walked"),
  },
  "key-manager": {
    ":secret_id": owned(403, ({ secretId }) => secretId),
    ":store_id": shared(() => embeddedStore.id),
    ":transport_key_id": shared(({ transportKeyId }) => transportKeyId),
    ":order_id": owned(404, ({ orderId }) => orderId),
    ":container_id": owned(403, ({ containerId }) => containerId),
    ":consumer_id": shared(() => "0e1c5d3a-9b0f-4d35-8a53-6a0d2b1f7c44"),
    ":project_id": owned(403, ({ ownerProjectId }) => ownerProjectId),
    "/v1/secrets/:secret_id/metadata/:key": shared(() => "walked"),
  },
  placement: {
    "/resource_classes/:name": shared(() => "CUSTOM_WALKED"),
    "/resource_providers/:uuid": shared(({ host }) => host.id),
    "/resource_providers/:uuid/inventories/:resource_class": shared(() => "VCPU"),
    "/traits/:name": shared(() => "CUSTOM_WALKED"),
    "/allocations/:consumer_uuid": shared(({ doomedServerId }) => doomedServerId),
  },
};

/** `identity :user_id` */
export function pathParameterNames(): string[] {
  return Object.entries(pathParameters).flatMap(([type, table]) =>
    Object.keys(table).map((key) => `${type} ${key}`),
  );
}

export interface Path {
  /** Without the service's prefix. */
  readonly path: string;
  readonly foreign: 403 | 404 | undefined;
  /** Lines of the table that it used, and those that it would need. */
  readonly used: readonly string[];
  readonly unknown: readonly string[];
}

/** The path of the row with everything filled in. */
export function pathOf(row: Row, fixtures: Fixtures): Path {
  const table = pathParameters[row.service.type] ?? {};
  const [used, unknown]: [string[], string[]] = [[], []];
  let [template, path]: [string, string] = ["", ""];
  let foreign: Path["foreign"];
  // What refuses everybody looks nothing up.
  const needless = (row.route.operation.status ?? 200) >= 400;
  for (const part of row.route.path.split("/").slice(1)) {
    template += `/${part}`;
    const parameter = table[template] ?? table[part];
    if (parameter !== undefined) used.push(template in table ? template : part);
    // `:group_id` is the same wherever it stands.
    else if (part.startsWith(":") && !needless) unknown.push(part.endsWith("_id") ? part : template);
    path += `/${part.startsWith(":") ? encodeURIComponent(parameter?.value(fixtures, row) ?? "any") : part}`;
    foreign ??= parameter?.foreign;
  }
  return { path, foreign, used, unknown };
}
