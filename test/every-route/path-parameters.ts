import type { Fixtures } from "./fixtures.ts";
import { versionOf, type Row } from "./rows.ts";

/** What stands for a parameter of a path. */
export interface PathParameter {
  readonly value: (fixtures: Fixtures, row: Row) => string;
  /** It belongs to a project or a user: so is a member of another project refused who names it. */
  readonly foreign?: 403 | 404;
}

const owned = (foreign: 403 | 404, value: PathParameter["value"]): PathParameter => ({ foreign, value });
const shared = (value: PathParameter["value"]): PathParameter => ({ value });

/** By service and by the path up to the parameter: routes below one that is here need no line of their own. */
const pathParameters: Readonly<Record<string, Readonly<Record<string, PathParameter>>>> = {
  compute: {
    // Nova looks these up among the caller's own; the flavor is a private one.
    "/v2.1/servers/:id": owned(404, ({ serverId }) => serverId),
    "/v2.1/servers/:id/metadata/:key": shared(() => "walked"),
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
    "/v2.1/os-services/:id": shared(({ serviceId }) => serviceId),
  },
  identity: {
    "/v3/domains/:domain_id": shared(({ domainId }) => domainId),
    "/v3/domains/:domain_id/users/:user_id": shared(({ ownerUserId }) => ownerUserId),
    "/v3/domains/:domain_id/users/:user_id/roles/:role_id": shared(({ roleId }) => roleId),
    // Keystone looks nothing up for whom the rule refuses.
    "/v3/projects/:project_id": owned(403, ({ ownerProjectId }) => ownerProjectId),
    "/v3/projects/:project_id/users/:user_id": shared(({ ownerUserId }) => ownerUserId),
    "/v3/projects/:project_id/users/:user_id/roles/:role_id": shared(({ roleId }) => roleId),
    "/v3/system/users/:user_id": shared(({ ownerUserId }) => ownerUserId),
    "/v3/system/users/:user_id/roles/:role_id": shared(({ roleId }) => roleId),
    "/v3/users/:user_id": owned(403, ({ ownerUserId }) => ownerUserId),
    "/v3/roles/:role_id": shared(({ roleId }) => roleId),
    "/v3/services/:service_id": shared(({ catalogServiceId }) => catalogServiceId),
    "/v3/endpoints/:endpoint_id": shared(({ endpointId }) => endpointId),
    "/v3/regions/:region_id": shared(({ regionId }) => regionId),
  },
  image: {
    // Glance shows nobody that there are images of others.
    "/v2/images/:image_id": owned(404, ({ imageId }) => imageId),
    "/v2/images/:image_id/tags/:tag": shared(() => "walked"),
  },
  "key-manager": {
    "/v1/secrets/:secret_id": owned(403, ({ secretId }) => secretId),
  },
  placement: {
    "/resource_classes/:name": shared(() => "CUSTOM_WALKED"),
    "/resource_providers/:uuid": shared(({ host }) => host.id),
    "/resource_providers/:uuid/inventories/:resource_class": shared(() => "VCPU"),
    "/traits/:name": shared(() => "CUSTOM_WALKED"),
    "/allocations/:consumer_uuid": shared(({ serverId }) => serverId),
  },
};

export interface Path {
  /** Without the service's prefix. */
  readonly path: string;
  readonly foreign: 403 | 404 | undefined;
  /** Parameters, as keys of the table, that it does not know. */
  readonly unknown: readonly string[];
}

/** The path of the row with everything filled in. */
export function pathOf(row: Row, fixtures: Fixtures): Path {
  const table = pathParameters[row.service.type] ?? {};
  const unknown: string[] = [];
  let [template, path]: [string, string] = ["", ""];
  let foreign: Path["foreign"];
  for (const part of row.route.path.split("/").slice(1)) {
    template += `/${part}`;
    const parameter = table[template];
    if (part.startsWith(":") && parameter === undefined) unknown.push(template);
    path += `/${part.startsWith(":") ? encodeURIComponent(parameter?.value(fixtures, row) ?? "") : part}`;
    foreign ??= parameter?.foreign;
  }
  return { path, foreign, unknown };
}
