import { everybody, type Who } from "./callers.ts";

/** Who may do what one route does. */
export interface AccessRow {
  /** Of a secret or container without an ACL; of whatever else there is. */
  readonly open: readonly Who[];
  /** Of a private one whose ACL names `friend`, where that makes a difference. */
  readonly private?: readonly Who[];
  readonly body?: object | string;
  /** What somebody else sees: 403, or that there is no such thing. */
  readonly denied?: 404;
}

const writers: Who[] = ["owner", "owner, creator", "member", "creator", "admin"];
const writersPrivate: Who[] = ["owner", "owner, creator", "admin"];
/** Administrators of other projects. */
const admins: Who[] = ["foreign admin", "service user, admin"];
const changers = { open: writers, private: writersPrivate };
const readers = {
  open: [...writers, "observer", "audit"] as Who[],
  private: [...writersPrivate, "named in the ACL"] as Who[],
};
const aclReaders = {
  open: [...writers, "observer"] as Who[],
  private: [...writersPrivate, "observer"] as Who[],
};
/** In their own project. */
const storers: Who[] = [...writers, ...admins, "foreign member", "owner elsewhere"];
const listers: Who[] = [...storers, "observer"];
/** With any of the key manager's roles. */
const users = everybody.filter((who) => who !== "service user");
const usersOfAProject = users.filter((who) => who !== "unscoped");
const keepers: Who[] = ["admin", ...admins, "service admin"];

const read = { read: { users: ["x"] } };
const pair = { key: "noted", value: "x" };
export const secretConsumer = { service: "volume", resource_type: "volume", resource_id: "1" };
export const containerConsumer = { name: "balancer", URL: "http://lb/1" };
const order = { type: "key", meta: { algorithm: "aes", bit_length: 256 } };
const consumerShow = { open: [...readers.open, ...admins], private: [...readers.private, ...admins] };

/** Every route, by its method and path. `SECRET` in a body stands for the reference of a secret of the owner's. */
export const accessRows: Readonly<Record<string, AccessRow>> = {
  "GET /": { open: everybody },
  "GET /v1": { open: everybody },

  "GET /v1/secrets": { open: listers },
  "POST /v1/secrets": { open: storers, body: { name: "made" } },
  "GET /v1/secrets/:secret_id": {
    open: [...readers.open, ...admins],
    private: [...readers.private, ...admins],
  },
  // The one without a payload.
  "PUT /v1/secrets/:secret_id": { ...changers, body: "text" },
  "DELETE /v1/secrets/:secret_id": {
    open: [...writers, ...admins],
    private: [...writersPrivate, ...admins],
  },
  "GET /v1/secrets/:secret_id/payload": { open: [...writers, "observer"], private: readers.private },

  "GET /v1/secrets/:secret_id/acl": aclReaders,
  "PUT /v1/secrets/:secret_id/acl": { ...changers, body: read },
  "PATCH /v1/secrets/:secret_id/acl": { ...changers, body: read },
  "DELETE /v1/secrets/:secret_id/acl": changers,

  "GET /v1/secrets/:secret_id/metadata": readers,
  "PUT /v1/secrets/:secret_id/metadata": { ...changers, body: { metadata: {} } },
  "POST /v1/secrets/:secret_id/metadata": { ...changers, body: { key: "more", value: "x" } },
  "GET /v1/secrets/:secret_id/metadata/:key": readers,
  "PUT /v1/secrets/:secret_id/metadata/:key": { ...changers, body: pair },
  "DELETE /v1/secrets/:secret_id/metadata/:key": changers,

  "GET /v1/secrets/:secret_id/consumers": readers,
  "POST /v1/secrets/:secret_id/consumers": { ...readers, body: secretConsumer },
  "DELETE /v1/secrets/:secret_id/consumers": { ...readers, body: secretConsumer },
  "GET /v1/secrets/:secret_id/consumers/:consumer_id": consumerShow,

  "GET /v1/containers": { open: listers },
  "POST /v1/containers": { open: storers, body: { type: "generic" } },
  "GET /v1/containers/:container_id": readers,
  // A creator only their own.
  "DELETE /v1/containers/:container_id": {
    open: writers.filter((who) => who !== "creator"),
    private: writersPrivate,
  },
  "POST /v1/containers/:container_id/secrets": {
    ...changers,
    body: { name: "more", secret_ref: "SECRET" },
  },
  "DELETE /v1/containers/:container_id/secrets": {
    ...changers,
    body: { name: "kept", secret_ref: "SECRET" },
  },

  "GET /v1/containers/:container_id/acl": aclReaders,
  "PUT /v1/containers/:container_id/acl": { ...changers, body: read },
  "PATCH /v1/containers/:container_id/acl": { ...changers, body: read },
  "DELETE /v1/containers/:container_id/acl": changers,

  "GET /v1/containers/:container_id/consumers": readers,
  "POST /v1/containers/:container_id/consumers": { ...readers, body: containerConsumer },
  "DELETE /v1/containers/:container_id/consumers": { ...readers, body: containerConsumer },
  "GET /v1/containers/:container_id/consumers/:consumer_id": consumerShow,

  "GET /v1/orders": { open: listers },
  "POST /v1/orders": { open: storers, body: order },
  // There is nothing to change: those whom the rule lets pass are told so.
  "PUT /v1/orders": { open: [...storers, "unscoped"], body: order },
  "GET /v1/orders/:order_id": { open: [...writers, "observer", "audit"], denied: 404 },
  "DELETE /v1/orders/:order_id": { open: ["owner", "member", "admin"], denied: 404 },

  "GET /v1/secret-stores": { open: users },
  "GET /v1/secret-stores/global-default": { open: users },
  "GET /v1/secret-stores/preferred": { open: usersOfAProject },
  "GET /v1/secret-stores/:store_id": { open: users },
  "POST /v1/secret-stores/:store_id/preferred": { open: ["admin", ...admins] },
  "DELETE /v1/secret-stores/:store_id/preferred": { open: ["admin", ...admins] },

  "GET /v1/transport_keys": { open: users },
  "POST /v1/transport_keys": { open: keepers, body: { plugin_name: "p", transport_key: "k" } },
  "GET /v1/transport_keys/:transport_key_id": { open: users },
  "DELETE /v1/transport_keys/:transport_key_id": { open: keepers },

  "GET /v1/sealstone-rotations": { open: keepers },
  "POST /v1/sealstone-rotations": { open: keepers, body: { project_id: "p1" } },
  "GET /v1/sealstone-master-keys": { open: keepers },
  "POST /v1/sealstone-master-keys": { open: keepers },

  "GET /v1/quotas": { open: usersOfAProject },
  "GET /v1/project-quotas": { open: keepers },
  "GET /v1/project-quotas/:project_id": { open: keepers },
  "PUT /v1/project-quotas/:project_id": { open: keepers, body: { project_quotas: {} } },
  "DELETE /v1/project-quotas/:project_id": { open: keepers },
};
