import type { PolicyRules, PolicyTarget } from "#policy/index.ts";

/** Names that an operator's own rules for Barbican may be made of (barbican/common/policies/base.py). */
const barbicanHelpers: PolicyRules = {
  audit: "role:audit",
  observer: "role:observer",
  creator: "role:creator",
  admin: "role:admin",
  service_admin: "role:key-manager:service-admin",
  all_users: "rule:admin or rule:observer or rule:creator or rule:audit or rule:service_admin",
  all_but_audit: "rule:admin or rule:observer or rule:creator",
  admin_or_creator: "rule:admin or rule:creator",
  secret_project_reader: "role:reader and rule:secret_project_match",
  secret_creator_user: "rule:secret_owner",
  secret_private_read: "'False':%(target.secret.read_project_access)s",
  secret_non_private_read: "rule:all_users and rule:secret_project_match and not rule:secret_private_read",
  secret_decrypt_non_private_read:
    "rule:all_but_audit and rule:secret_project_match and not rule:secret_private_read",
  secret_project_creator: "rule:creator and rule:secret_project_match and rule:secret_creator_user",
  secret_project_creator_role: "rule:creator and rule:secret_project_match",
  container_creator_user: "rule:container_owner",
  container_private_read: "'False':%(target.container.read_project_access)s",
  container_non_private_read:
    "rule:all_users and rule:container_project_match and not rule:container_private_read",
  container_project_creator: "rule:creator and rule:container_project_match and rule:container_creator_user",
  container_project_creator_role: "rule:creator and rule:container_project_match",
};

/**
 * Barbican's newer defaults (`member`, project `admin`, ACLs) joined with the roles of its older ones
 * (`creator`, `observer`, `audit`, `key-manager:service-admin`), as oslo.policy joins them while the older
 * are not switched off: barbican/common/policies. A `creator` is treated as a `member`.
 */
export const keyManagerPolicyRules: PolicyRules = {
  ...barbicanHelpers,
  secret_project_match: "project_id:%(target.secret.project_id)s",
  secret_project_admin: "role:admin and rule:secret_project_match",
  secret_project_member: "role:member and rule:secret_project_match",
  secret_project_observer: "role:observer and rule:secret_project_match",
  secret_project_auditor: "(role:audit or role:key-manager:service-admin) and rule:secret_project_match",
  secret_owner: "user_id:%(target.secret.creator_id)s",
  secret_is_not_private: "'True':%(target.secret.read_project_access)s",
  secret_acl_read: "'read':%(target.secret.read)s",
  secret_writer:
    "rule:secret_project_admin or ((rule:secret_project_member or rule:secret_project_creator_role) and " +
    "(rule:secret_owner or rule:secret_is_not_private))",

  secret_reader:
    "rule:secret_writer or rule:secret_acl_read or " +
    "((rule:secret_project_observer or rule:secret_project_auditor) and rule:secret_is_not_private)",
  key_manager_user:
    "role:reader or role:member or role:admin or role:creator or role:observer or role:audit or role:key-manager:service-admin",
  key_manager_admin: "role:admin or role:key-manager:service-admin",

  "secrets:post": "role:member or role:creator or role:admin",
  "secrets:get": "role:member or role:creator or role:observer or role:admin",
  "secret:get": "role:admin or rule:secret_reader",
  "secret:decrypt":
    "rule:secret_writer or rule:secret_acl_read or (rule:secret_project_observer and rule:secret_is_not_private)",
  "secret:put": "rule:secret_writer",
  "secret:delete": "role:admin or rule:secret_writer",
  "secret_acls:get": "rule:secret_writer or rule:secret_project_observer",
  "secret_acls:put_patch": "rule:secret_writer",
  "secret_acls:delete": "rule:secret_writer",

  container_project_match: "project_id:%(target.container.project_id)s",
  container_project_admin: "role:admin and rule:container_project_match",
  container_project_member: "role:member and rule:container_project_match",
  container_project_observer: "role:observer and rule:container_project_match",
  container_project_auditor:
    "(role:audit or role:key-manager:service-admin) and rule:container_project_match",
  container_owner: "user_id:%(target.container.creator_id)s",
  container_is_not_private: "'True':%(target.container.read_project_access)s",
  container_acl_read: "'read':%(target.container.read)s",
  container_writer:
    "rule:container_project_admin or " +
    "((rule:container_project_member or rule:container_project_creator_role) and " +
    "(rule:container_owner or rule:container_is_not_private))",
  container_reader:
    "rule:container_writer or rule:container_acl_read or " +
    "((rule:container_project_observer or rule:container_project_auditor) and rule:container_is_not_private)",

  "containers:post": "role:member or role:creator or role:admin",
  "containers:get": "role:member or role:creator or role:observer or role:admin",
  "container:get": "rule:container_reader",
  // A creator who is no member only their own.
  "container:delete":
    "rule:container_project_admin or " +
    "(rule:container_project_match and (role:member or role:creator) and rule:container_owner) or " +
    "(rule:container_project_match and role:member and rule:container_is_not_private)",
  "container_secret:post": "rule:container_writer",
  "container_secret:delete": "rule:container_writer",
  "container_consumers:get": "rule:container_reader",
  "container_consumers:post": "rule:container_reader",
  "container_consumers:delete": "rule:container_reader",
  "container_acls:get": "rule:container_writer or rule:container_project_observer",
  "container_acls:put_patch": "rule:container_writer",
  "container_acls:delete": "rule:container_writer",

  order_project_match: "project_id:%(target.order.project_id)s",
  order_project_member: "role:member and rule:order_project_match",

  "orders:post": "role:member or role:creator or role:admin",
  "orders:get": "role:member or role:creator or role:observer or role:admin",
  "orders:put": "role:member or role:creator or role:admin",
  "order:get":
    "rule:order_project_member or (rule:order_project_match and (role:admin or role:creator or " +
    "role:observer or role:audit or role:key-manager:service-admin))",
  "order:delete": "rule:order_project_member or (role:admin and rule:order_project_match)",

  "secret_meta:get": "rule:secret_reader",
  "secret_meta:post": "rule:secret_writer",
  "secret_meta:put": "rule:secret_writer",
  "secret_meta:delete": "rule:secret_writer",

  // A service that may read a secret says so here that it uses it.
  "secret_consumers:get": "rule:secret_reader",
  "secret_consumers:post": "rule:secret_reader",
  "secret_consumers:delete": "rule:secret_reader",
  "consumer:get": "role:admin or rule:secret_reader or rule:container_reader",

  "secretstores:get": "rule:key_manager_user",
  "secretstores:get_global_default": "rule:key_manager_user",
  "secretstores:get_preferred": "rule:key_manager_user",
  "secretstore:get": "rule:key_manager_user",
  "secretstore_preferred:post": "role:admin",
  "secretstore_preferred:delete": "role:admin",

  "transport_keys:get": "rule:key_manager_user",
  "transport_keys:post": "rule:key_manager_admin",
  "transport_key:get": "rule:key_manager_user",
  "transport_key:delete": "rule:key_manager_admin",

  "sealstone:key_rotations:get": "rule:key_manager_admin",
  "sealstone:key_rotations:post": "rule:key_manager_admin",
  "sealstone:master_keys:get": "rule:key_manager_admin",
  "sealstone:master_keys:post": "rule:key_manager_admin",

  "quotas:get": "rule:key_manager_user",
  "project_quotas:get": "rule:key_manager_admin",
  "project_quotas:put": "rule:key_manager_admin",
  "project_quotas:delete": "rule:key_manager_admin",
};

/** Barbican's rules since 2024 ask it for its configuration: the newer defaults hold, joined with the older ones. */
export const keyManagerPolicyTarget: PolicyTarget = { enforce_new_defaults: "True" };
