import { expect } from "vitest";
import { publicKey } from "./examples.ts";
import type { Answer } from "./rows.ts";

/** One of each thing that a path can name; what has an owner is the owner's. */
export interface Fixtures {
  /** An administrator's; the owner's, who is a member of one project, and a further one; a member's of another project; one that has expired. */
  readonly tokens: Readonly<Record<"admin" | "owner" | "spare" | "foreign" | "expired", string>>;
  readonly foreign: { readonly userId: string; readonly projectId: string };
  readonly ownerProjectId: string;
  readonly ownerUserId: string;
  readonly domainId: string;
  readonly roleId: string;
  /** The role of `roleId` implies it. */
  readonly impliedRoleId: string;
  /** The owner is in it. */
  readonly groupId: string;
  readonly endpointGroupId: string;
  readonly catalogServiceId: string;
  readonly endpointId: string;
  readonly regionId: string;
  readonly imageId: string;
  readonly secretId: string;
  readonly flavorId: string;
  readonly keypairName: string;
  readonly serverGroupId: string;
  readonly serverId: string;
  /** Of the server's creation. */
  readonly requestId: string;
  readonly serviceId: string;
  readonly aggregateId: string;
  readonly host: { readonly id: string; readonly number: string; readonly hostname: string };
}

export type Send = (
  token: string,
  method: "GET" | "POST" | "PUT",
  url: string,
  body?: object,
  version?: string,
) => Promise<Answer>;

export interface Accounts {
  readonly tokens: Fixtures["tokens"];
  readonly foreign: Fixtures["foreign"];
  readonly ownerProjectId: string;
  readonly ownerUserId: string;
}

const compute = "/compute/v2.1";

export async function fixturesMake(send: Send, accounts: Accounts): Promise<Fixtures> {
  const { admin, owner } = accounts.tokens;
  const made = async (...request: Parameters<Send>): Promise<Answer> => {
    const answer = await send(...request);
    expect(answer.status, `${request[1]} ${request[2]}: ${answer.text}`).toBeLessThan(300);
    return answer;
  };
  const get = async (url: string, version?: string) =>
    (await made(admin, "GET", url, undefined, version)).json;
  const identity = await identityMake(made, accounts);
  const catalogServiceId = (await get("/identity/v3/services")).services[0].id as string;
  const endpointId = (await get("/identity/v3/endpoints")).endpoints[0].id as string;
  const regionId = (await get("/identity/v3/regions")).regions[0].id as string;
  await endpointsMake(made, accounts, endpointId);
  const imageId = await imageMake(made, accounts);
  const secret = { payload: "walked", payload_content_type: "text/plain" };
  const secretRef = (await made(owner, "POST", "/key-manager/v1/secrets", secret)).json.secret_ref as string;
  await made(admin, "PUT", "/placement/resource_classes/CUSTOM_WALKED", undefined, "1.39");
  await made(admin, "PUT", "/placement/traits/CUSTOM_WALKED", undefined, "1.39");
  const [hypervisor] = (await get(`${compute}/os-hypervisors/detail`, "2.96")).hypervisors;
  const [old] = (await get(`${compute}/os-hypervisors`, "2.52")).hypervisors;
  return {
    ...accounts,
    ...identity,
    catalogServiceId,
    endpointId,
    regionId,
    imageId,
    secretId: secretRef.split("/").at(-1) ?? "",
    serviceId: (await get(`${compute}/os-services`, "2.96")).services[0].id,
    host: { id: hypervisor.id, number: String(old.id), hostname: hypervisor.hypervisor_hostname },
    ...(await computeMake(made, accounts, imageId)),
  };
}

/** A domain, and a role that the owner and the owner's group have everywhere. */
async function identityMake(made: Send, accounts: Accounts) {
  const { tokens, ownerProjectId, ownerUserId } = accounts;
  const make = async (path: string, body: object) =>
    (await made(tokens.admin, "POST", `/identity/v3/${path}`, body)).json;
  const put = (path: string) => made(tokens.admin, "PUT", `/identity/v3/${path}`);
  const domainId = (await make("domains", { domain: { name: "walked", enabled: true } })).domain.id as string;
  const roleId = (await make("roles", { role: { name: "walked" } })).role.id as string;
  const impliedRoleId = (await make("roles", { role: { name: "implied" } })).role.id as string;
  await put(`roles/${roleId}/implies/${impliedRoleId}`);
  const groupId = (await make("groups", { group: { name: "walked" } })).group.id as string;
  await put(`groups/${groupId}/users/${ownerUserId}`);
  for (const actor of [`users/${ownerUserId}`, `groups/${groupId}`]) {
    for (const scope of [`domains/${domainId}`, `projects/${ownerProjectId}`, "system"])
      await put(`${scope}/${actor}/roles/${roleId}`);
    for (const scope of [`domains/${domainId}`, `projects/${ownerProjectId}`])
      await put(`OS-INHERIT/${scope}/${actor}/roles/${roleId}/inherited_to_projects`);
  }
  const endpointGroup = { name: "walked", filters: { interface: "public" } };
  const { endpoint_group } = await make("OS-EP-FILTER/endpoint_groups", { endpoint_group: endpointGroup });
  const endpointGroupId = endpoint_group.id as string;
  await put(`OS-EP-FILTER/endpoint_groups/${endpointGroupId}/projects/${ownerProjectId}`);
  return { domainId, roleId, impliedRoleId, groupId, endpointGroupId };
}

/** The owner's project is shown an endpoint. */
async function endpointsMake(made: Send, { tokens, ownerProjectId }: Accounts, endpointId: string) {
  await made(
    tokens.admin,
    "PUT",
    `/identity/v3/OS-EP-FILTER/projects/${ownerProjectId}/endpoints/${endpointId}`,
  );
}

/** Shared with the owner's own project, so that nobody else sees it; beside it definitions of properties. */
async function imageMake(made: Send, { tokens, ownerProjectId }: Accounts): Promise<string> {
  const { admin, owner } = tokens;
  const image = {
    name: "walked",
    disk_format: "raw",
    container_format: "bare",
    tags: ["walked"],
    walked: "yes",
  };
  const id = (await made(owner, "POST", "/image/v2/images", image)).json.id as string;
  await made(owner, "PUT", `/image/v2/images/${id}/file`, Buffer.from("bytes of an image"));
  await made(owner, "POST", `/image/v2/images/${id}/members`, { member: ownerProjectId });
  const namespaces = "/image/v2/metadefs/namespaces";
  await made(admin, "POST", namespaces, { namespace: "walked", visibility: "public" });
  await made(admin, "POST", `${namespaces}/walked/objects`, { name: "walked" });
  await made(admin, "POST", `${namespaces}/walked/properties`, {
    name: "walked",
    title: "walked",
    type: "string",
  });
  await made(admin, "POST", `${namespaces}/walked/tags/walked`);
  await made(admin, "POST", `${namespaces}/walked/resource_types`, { name: "walked" });
  return id;
}

async function computeMake(made: Send, { tokens, ownerProjectId }: Accounts, imageId: string) {
  const { admin, owner } = tokens;
  const flavor = { name: "walked", ram: 256, vcpus: 1, disk: 1, "os-flavor-access:is_public": false };
  const flavorId = (await made(admin, "POST", `${compute}/flavors`, { flavor })).json.flavor.id as string;
  await made(admin, "POST", `${compute}/flavors/${flavorId}/os-extra_specs`, {
    extra_specs: { walked: "yes" },
  });
  const addTenantAccess = { tenant: ownerProjectId };
  await made(admin, "POST", `${compute}/flavors/${flavorId}/action`, { addTenantAccess });
  const keypair = { name: "walked", public_key: publicKey };
  await made(owner, "POST", `${compute}/os-keypairs`, { keypair });
  const aggregate = { name: "walked" };
  const aggregateAnswer = await made(admin, "POST", `${compute}/os-aggregates`, { aggregate }, "2.96");
  const group = { name: "walked", policy: "affinity" };
  const groupAnswer = await made(
    owner,
    "POST",
    `${compute}/os-server-groups`,
    { server_group: group },
    "2.96",
  );
  const server = {
    name: "walked",
    imageRef: imageId,
    flavorRef: flavorId,
    networks: "none",
    metadata: { walked: "yes" },
    tags: ["walked"],
  };
  const answer = await made(owner, "POST", `${compute}/servers`, { server }, "2.96");
  const serverId = answer.json.server.id as string;
  for (let status = ""; status !== "ACTIVE"; await new Promise((resolve) => setTimeout(resolve, 20))) {
    status = (await made(owner, "GET", `${compute}/servers/${serverId}`)).json.server.status;
    expect(status).not.toBe("ERROR");
  }
  return {
    flavorId,
    keypairName: "walked",
    aggregateId: String(aggregateAnswer.json.aggregate.id),
    serverGroupId: groupAnswer.json.server_group.id as string,
    serverId,
    requestId: String(answer.headers["x-openstack-request-id"]),
  };
}
