import { expect } from "vitest";
import { containerConsumer, publicKey, secretConsumer } from "./examples.ts";
import { identityMake, type IdentityFixtures } from "./fixtures-identity.ts";
import { imageMake } from "./fixtures-image.ts";
import type { Answer } from "./rows.ts";

/** One of each thing that a path can name; what has an owner is the owner's. */
export interface Fixtures extends IdentityFixtures {
  /** An administrator's; the owner's, who is a member of one project, and a further one; a member's of another project; one that has expired. */
  readonly tokens: Readonly<Record<"admin" | "owner" | "spare" | "foreign" | "expired", string>>;
  readonly foreign: { readonly userId: string; readonly projectId: string };
  readonly ownerProjectId: string;
  readonly ownerUserId: string;
  readonly adminUserId: string;
  readonly imageId: string;
  readonly secretId: string;
  readonly secretRef: string;
  readonly containerId: string;
  readonly orderId: string;
  readonly transportKeyId: string;
  readonly flavorId: string;
  /** One to resize the server to. */
  readonly largeFlavorId: string;
  readonly keypairName: string;
  readonly serverGroupId: string;
  readonly serverId: string;
  /** For what deletes at once. */
  readonly doomedServerId: string;
  /** Of the server's creation. */
  readonly requestId: string;
  readonly serviceId: string;
  readonly aggregateId: string;
  readonly host: { readonly id: string; readonly number: string; readonly hostname: string };
}

export type Send = (
  token: string | undefined,
  method: "GET" | "POST" | "PUT",
  url: string,
  body?: object,
  version?: string,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

export interface Accounts {
  readonly tokens: Fixtures["tokens"];
  readonly foreign: Fixtures["foreign"];
  readonly ownerProjectId: string;
  readonly ownerUserId: string;
  readonly adminUserId: string;
  readonly adminProjectId: string;
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
  const imageId = await imageMake(made, accounts);
  const secret = { payload: "walked", payload_content_type: "text/plain" };
  const secretRef = (await made(owner, "POST", "/key-manager/v1/secrets", secret)).json.secret_ref as string;
  const ofSecret = await keyManagerUse(made, accounts, secretRef);
  await made(admin, "PUT", "/placement/resource_classes/CUSTOM_WALKED", undefined, "1.39");
  await made(admin, "PUT", "/placement/traits/CUSTOM_WALKED", undefined, "1.39");
  const [hypervisor] = (await get(`${compute}/os-hypervisors/detail`, "2.96")).hypervisors;
  const [old] = (await get(`${compute}/os-hypervisors`, "2.52")).hypervisors;
  return {
    ...accounts,
    ...identity,
    imageId,
    secretId: secretRef.split("/").at(-1) ?? "",
    secretRef,
    ...ofSecret,
    serviceId: (await get(`${compute}/os-services`, "2.96")).services[0].id,
    host: { id: hypervisor.id, number: String(old.id), hostname: hypervisor.hypervisor_hostname },
    ...(await computeMake(made, accounts, imageId)),
  };
}

async function keyManagerUse(made: Send, { tokens, ownerProjectId }: Accounts, secretRef: string) {
  const path = new URL(secretRef).pathname;
  await made(tokens.owner, "POST", `${path}/metadata`, { key: "walked", value: "yes" });
  await made(tokens.owner, "POST", `${path}/consumers`, secretConsumer);
  const quotas = { project_quotas: { secrets: 100 } };
  await made(tokens.admin, "PUT", `/key-manager/v1/project-quotas/${ownerProjectId}`, quotas);
  const container = { type: "generic", secret_refs: [{ name: "walked", secret_ref: secretRef }] };
  const containerRef = (await made(tokens.owner, "POST", "/key-manager/v1/containers", container)).json
    .container_ref as string;
  await made(tokens.owner, "POST", `${new URL(containerRef).pathname}/consumers`, containerConsumer);
  const order = { type: "key", meta: { algorithm: "aes", bit_length: 256 } };
  const orderRef = (await made(tokens.owner, "POST", "/key-manager/v1/orders", order)).json
    .order_ref as string;
  const transportKey = { plugin_name: "walked", transport_key: "walked" };
  const transportKeyRef = (await made(tokens.admin, "POST", "/key-manager/v1/transport_keys", transportKey))
    .json.transport_key_ref as string;
  return {
    transportKeyId: transportKeyRef.split("/").at(-1) ?? "",
    containerId: containerRef.split("/").at(-1) ?? "",
    orderId: orderRef.split("/").at(-1) ?? "",
  };
}

async function activeAwait(made: Send, owner: string, id: string): Promise<void> {
  for (let status = ""; status !== "ACTIVE"; await new Promise((resolve) => setTimeout(resolve, 20))) {
    status = (await made(owner, "GET", `${compute}/servers/${id}`)).json.server.status;
    expect(status).not.toBe("ERROR");
  }
}

async function computeMake(made: Send, { tokens, ownerProjectId }: Accounts, imageId: string) {
  const { admin, owner } = tokens;
  const flavor = { name: "walked", ram: 256, vcpus: 1, disk: 1, "os-flavor-access:is_public": false };
  const flavorId = (await made(admin, "POST", `${compute}/flavors`, { flavor })).json.flavor.id as string;
  await made(admin, "POST", `${compute}/flavors/${flavorId}/os-extra_specs`, {
    extra_specs: { walked: "yes", "hw:tpm_version": "2.0" },
  });
  const addTenantAccess = { tenant: ownerProjectId };
  await made(admin, "POST", `${compute}/flavors/${flavorId}/action`, { addTenantAccess });
  const keypair = { name: "walked", public_key: publicKey };
  await made(owner, "POST", `${compute}/os-keypairs`, { keypair });
  const large = { ...flavor, name: "walked-large", ram: 512 };
  const largeFlavorId = (await made(admin, "POST", `${compute}/flavors`, { flavor: large })).json.flavor
    .id as string;
  await made(admin, "POST", `${compute}/flavors/${largeFlavorId}/os-extra_specs`, {
    extra_specs: { "hw:tpm_version": "2.0" },
  });
  await made(admin, "POST", `${compute}/flavors/${largeFlavorId}/action`, { addTenantAccess });
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
  const doomed = await made(owner, "POST", `${compute}/servers`, { server }, "2.96");
  const doomedServerId = doomed.json.server.id as string;
  for (const id of [serverId, doomedServerId]) await activeAwait(made, owner, id);
  return {
    flavorId,
    largeFlavorId,
    doomedServerId,
    keypairName: "walked",
    aggregateId: String(aggregateAnswer.json.aggregate.id),
    serverGroupId: groupAnswer.json.server_group.id as string,
    serverId,
    requestId: String(answer.headers["x-openstack-request-id"]),
  };
}
