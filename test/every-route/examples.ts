import { atLeast } from "#http/context.ts";
import { federated } from "./fixtures-identity.ts";
import type { Fixtures } from "./fixtures.ts";
import { oauthHeaders } from "./oauth1-signing.ts";
import { versionOf } from "./rows.ts";

/** What the route table does not say of a good request. */
export interface Example {
  readonly query?: (fixtures: Fixtures) => string;
  readonly headers?: (fixtures: Fixtures) => Readonly<Record<string, string>>;
  /** Instead of the one that is made from the schema. */
  readonly body?: (fixtures: Fixtures, version: string | undefined) => object;
  /** For a body whose fields the schema leaves to the handler: some that are refused with 400. */
  readonly wrongBodies?: readonly object[];
}

export const secretConsumer = { service: "walked", resource_type: "walked", resource_id: "walked" };

export const containerConsumer = { name: "walked", URL: "http://walked" };

export const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqN8e3m0o5t7rZx7o6nX2b8uK1w3s5f9d0c2v4y6h8j walked@example.org";

const ldap = { url: "ldap://walked", user_tree_dn: "ou=walked" };

const subject = ({ tokens }: Fixtures) => ({ "x-subject-token": tokens.owner });

/** What bodies that are made from schemas have in fields of these names. */
export function knownFields(fixtures: Fixtures): Readonly<Record<string, unknown>> {
  return {
    imageRef: fixtures.imageId,
    flavorRef: fixtures.flavorId,
    tenant: fixtures.ownerProjectId,
    tenant_id: fixtures.ownerProjectId,
    project_id: fixtures.ownerProjectId,
    user_id: fixtures.ownerUserId,
    domain_id: fixtures.domainId,
    role_id: fixtures.roleId,
    service_id: fixtures.catalogServiceId,
    region_id: fixtures.regionId,
    host: fixtures.host.hostname,
    public_key: publicKey,
    resource_class: "CUSTOM_WALKED",
    mapping_id: federated.id,
    auth_url: "http://walked/auth",
    sp_url: "http://walked/sp",
  };
}

/** By the row's name; most rows need none. */
export const examples: Readonly<Record<string, Example>> = {
  "identity GET /v3/auth/tokens": { headers: subject },
  "identity HEAD /v3/auth/tokens": { headers: subject },
  "identity DELETE /v3/auth/tokens": { headers: ({ tokens }) => ({ "x-subject-token": tokens.spare }) },
  "identity POST /v3/auth/tokens": {
    body: ({ tokens }) => ({
      auth: { identity: { methods: ["token"], token: { id: tokens.admin } } },
    }),
  },
  // Such a one may be deleted.
  "identity PATCH /v3/domains/:domain_id": { body: () => ({ domain: { enabled: false } }) },
  // Beside the project's of the fixtures.
  "identity POST /v3/limits": {
    body: ({ catalogServiceId, domainId }) => ({
      limits: [
        { service_id: catalogServiceId, resource_name: "limited", resource_limit: 5, domain_id: domainId },
      ],
    }),
  },
  "identity POST /v3/OS-TRUST/trusts": {
    body: ({ ownerUserId, adminUserId, ownerProjectId, roleId }) => ({
      trust: {
        trustor_user_id: ownerUserId,
        trustee_user_id: adminUserId,
        project_id: ownerProjectId,
        impersonation: false,
        roles: [{ id: roleId }],
      },
    }),
  },
  "identity POST /v3/OS-OAUTH1/request_token": {
    headers: ({ consumer, adminProjectId }) => ({
      ...oauthHeaders("/identity/v3/OS-OAUTH1/request_token", [consumer]),
      "requested-project-id": adminProjectId,
    }),
  },
  "identity POST /v3/OS-OAUTH1/access_token": {
    headers: ({ consumer, authorizedToken }) =>
      oauthHeaders("/identity/v3/OS-OAUTH1/access_token", [consumer, authorizedToken]),
  },
  "identity PUT /v3/OS-OAUTH1/authorize/:request_token_id": {
    body: ({ memberRoleId }) => ({ roles: [{ id: memberRoleId }] }),
  },
  "identity PUT /v3/domains/:domain_id/config": {
    body: () => ({ config: { ldap, identity: { driver: "ldap" } } }),
  },
  "identity PATCH /v3/domains/:domain_id/config": { body: () => ({ config: { ldap } }) },
  "identity PATCH /v3/domains/:domain_id/config/:group": { body: () => ({ config: { ldap } }) },
  "identity PATCH /v3/domains/:domain_id/config/:group/:option": {
    body: () => ({ config: { url: "ldap://walked-again" } }),
  },
  "image PATCH /v2/images/:image_id": {
    headers: () => ({ "content-type": "application/openstack-images-v2.1-json-patch" }),
    body: () => [{ op: "replace", path: "/name", value: "walked" }],
    wrongBodies: [
      { op: "replace" },
      ["text"],
      [{ op: "replace", path: "/name", value: 5 }],
      [{ op: 5, path: "/name", value: "walked" }],
      [{ op: "replace", path: 5, value: "walked" }],
    ],
  },
  "image PUT /v2/images/:image_id/file": {
    headers: () => ({ "content-type": "application/octet-stream" }),
    body: () => Buffer.from("walked"),
  },
  "key-manager PUT /v1/secrets/:secret_id": {
    headers: () => ({ "content-type": "text/plain" }),
    body: () => Buffer.from("walked"),
  },
  // It has consumers.
  "key-manager DELETE /v1/secrets/:secret_id": { query: () => "force=true" },
  "key-manager POST /v1/secrets/:secret_id/metadata": { body: () => ({ key: "walked-too", value: "yes" }) },
  "key-manager PUT /v1/secrets/:secret_id/metadata/:key": { body: () => ({ key: "walked", value: "yes" }) },
  "key-manager PUT /v1/secrets/:secret_id/metadata": { body: () => ({ metadata: { walked: "yes" } }) },
  "key-manager DELETE /v1/secrets/:secret_id/consumers": { body: () => secretConsumer },
  "key-manager POST /v1/orders": {
    body: () => ({ type: "key", meta: { algorithm: "aes", bit_length: 256 } }),
  },
  "key-manager POST /v1/containers": { body: () => ({ type: "generic", secret_refs: [] }) },
  "key-manager POST /v1/containers/:container_id/secrets": {
    body: ({ secretRef }) => ({ name: "walked-too", secret_ref: secretRef }),
  },
  "key-manager DELETE /v1/containers/:container_id/secrets": {
    body: ({ secretRef }) => ({ name: "walked", secret_ref: secretRef }),
  },
  "key-manager DELETE /v1/containers/:container_id/consumers": { body: () => containerConsumer },
  "compute POST /v2.1/servers": {
    body: ({ imageId, flavorId }, version) => {
      const networks = atLeast({ microversion: versionOf(version) }, "2.37") ? { networks: "none" } : {};
      return { server: { name: "walked", imageRef: imageId, flavorRef: flavorId, ...networks } };
    },
  },
  "compute POST /v2.1/servers/:id/action resize": {
    body: ({ largeFlavorId }) => ({ resize: { flavorRef: largeFlavorId } }),
  },
  // Whether the host of the fixtures is the server's own depends on what was asked of the server before.
  "compute POST /v2.1/servers/:id/action os-migrateLive": {
    body: (_fixtures, version) => {
      const old = atLeast({ microversion: versionOf(version) }, "2.25") ? {} : { disk_over_commit: false };
      return { "os-migrateLive": { host: null, block_migration: true, ...old } };
    },
  },
  "compute PUT /v2.1/servers/:id/metadata/:key": { body: () => ({ meta: { walked: "yes" } }) },
  "compute PUT /v2.1/images/:id/metadata/:key": { body: () => ({ meta: { walked: "yes" } }) },
  "compute PUT /v2.1/os-services/:id 2.53–": { body: () => ({ status: "enabled" }) },
  "compute PUT /v2.1/os-services/:id –2.52": {
    body: ({ host }) => ({ host: host.hostname, binary: "nova-compute" }),
  },
  "image PUT /v2/metadefs/namespaces/:namespace/tags/:name": { body: () => ({ name: "walked" }) },
  "image POST /v2/metadefs/namespaces/:namespace/tags": { body: () => ({ tags: [{ name: "walked" }] }) },
  "image PUT /v2/images/:image_id/members/:member_id": {
    body: () => ({ status: "accepted" }),
    wrongBodies: [{}, { status: 5 }, { status: "unknown" }],
  },
  "compute PUT /v2.1/flavors/:id/os-extra_specs/:key": { body: () => ({ walked: "yes" }) },
  "placement GET /usages": { query: ({ ownerProjectId }) => `project_id=${ownerProjectId}` },
  "placement GET /allocation_candidates": { query: () => "resources=VCPU:1" },
};
