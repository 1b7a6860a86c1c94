import { route, type Route } from "#http/index.ts";
import { secretAclDeleteOperation } from "./api/secret-acl/delete.ts";
import { secretAclReplaceOperation } from "./api/secret-acl/replace.ts";
import { secretAclShowOperation } from "./api/secret-acl/show.ts";
import { secretAclUpdateOperation } from "./api/secret-acl/update.ts";
import { secretCreateOperation } from "./api/secrets/create.ts";
import { secretDeleteOperation } from "./api/secrets/delete.ts";
import { secretListOperation } from "./api/secrets/list.ts";
import { secretPayloadShowOperation } from "./api/secrets/payload-show.ts";
import { secretPayloadStoreOperation } from "./api/secrets/payload-store.ts";
import { secretShowOperation } from "./api/secrets/show.ts";
import { versionListOperation } from "./api/versions/list.ts";
import { versionShowOperation } from "./api/versions/show.ts";
import { containerAclDeleteOperation } from "./api/container-acl/delete.ts";
import { containerAclReplaceOperation } from "./api/container-acl/replace.ts";
import { containerAclShowOperation } from "./api/container-acl/show.ts";
import { containerAclUpdateOperation } from "./api/container-acl/update.ts";
import { containerConsumerCreateOperation } from "./api/container-consumers/create.ts";
import { containerConsumerDeleteOperation } from "./api/container-consumers/delete.ts";
import { containerConsumerListOperation } from "./api/container-consumers/list.ts";
import { containerConsumerShowOperation } from "./api/container-consumers/show.ts";
import { containerSecretCreateOperation } from "./api/container-secrets/create.ts";
import { containerSecretDeleteOperation } from "./api/container-secrets/delete.ts";
import { containerCreateOperation } from "./api/containers/create.ts";
import { containerDeleteOperation } from "./api/containers/delete.ts";
import { containerListOperation } from "./api/containers/list.ts";
import { containerShowOperation } from "./api/containers/show.ts";
import { masterKeyCreateOperation } from "./api/master-keys/create.ts";
import { masterKeyListOperation } from "./api/master-keys/list.ts";
import { orderCreateOperation } from "./api/orders/create.ts";
import { orderDeleteOperation } from "./api/orders/delete.ts";
import { orderListOperation } from "./api/orders/list.ts";
import { orderShowOperation } from "./api/orders/show.ts";
import { orderUpdateOperation } from "./api/orders/update.ts";
import { projectQuotasDeleteOperation } from "./api/project-quotas/delete.ts";
import { projectQuotasListOperation } from "./api/project-quotas/list.ts";
import { projectQuotasReplaceOperation } from "./api/project-quotas/replace.ts";
import { projectQuotasShowOperation } from "./api/project-quotas/show.ts";
import { quotasShowOperation } from "./api/quotas/show.ts";
import { rotationCreateOperation } from "./api/rotations/create.ts";
import { rotationListOperation } from "./api/rotations/list.ts";
import { secretConsumerCreateOperation } from "./api/secret-consumers/create.ts";
import { secretConsumerDeleteOperation } from "./api/secret-consumers/delete.ts";
import { secretConsumerListOperation } from "./api/secret-consumers/list.ts";
import { secretConsumerShowOperation } from "./api/secret-consumers/show.ts";
import { secretMetadatumCreateOperation } from "./api/secret-metadata/create.ts";
import { secretMetadatumDeleteOperation } from "./api/secret-metadata/delete.ts";
import { secretMetadataListOperation } from "./api/secret-metadata/list.ts";
import { secretMetadataReplaceOperation } from "./api/secret-metadata/replace.ts";
import { secretMetadatumShowOperation } from "./api/secret-metadata/show.ts";
import { secretMetadatumUpdateOperation } from "./api/secret-metadata/update.ts";
import { secretStoreChooseOperation } from "./api/secret-stores/choose.ts";
import { secretStoreListOperation } from "./api/secret-stores/list.ts";
import { secretStoreShowDefaultOperation } from "./api/secret-stores/show-default.ts";
import { secretStoreShowPreferredOperation } from "./api/secret-stores/show-preferred.ts";
import { secretStoreShowOperation } from "./api/secret-stores/show.ts";
import { secretStoreUnchooseOperation } from "./api/secret-stores/unchoose.ts";
import { transportKeyCreateOperation } from "./api/transport-keys/create.ts";
import { transportKeyDeleteOperation } from "./api/transport-keys/delete.ts";
import { transportKeyListOperation } from "./api/transport-keys/list.ts";
import { transportKeyShowOperation } from "./api/transport-keys/show.ts";
import type { KeyManagerDeps } from "./app/deps.ts";

/** The app enforces what needs the secret, container or order to be read first. */
function checked(policy: string): { readonly policy: string; readonly enforcedByApp: true } {
  return { policy, enforcedByApp: true };
}

export const keyManagerRoutes: readonly Route<KeyManagerDeps>[] = [
  route("GET", "/", versionListOperation, { policy: "public" }),
  route("GET", "/v1", versionShowOperation, { policy: "public" }),

  route("GET", "/v1/secrets", secretListOperation, { policy: "secrets:get" }),
  route("POST", "/v1/secrets", secretCreateOperation, { policy: "secrets:post" }),
  route("GET", "/v1/secrets/:secret_id", secretShowOperation, checked("secret:get")),
  route("PUT", "/v1/secrets/:secret_id", secretPayloadStoreOperation, checked("secret:put")),
  route("DELETE", "/v1/secrets/:secret_id", secretDeleteOperation, checked("secret:delete")),
  route("GET", "/v1/secrets/:secret_id/payload", secretPayloadShowOperation, checked("secret:decrypt")),

  route("GET", "/v1/secrets/:secret_id/acl", secretAclShowOperation, checked("secret_acls:get")),
  route("PUT", "/v1/secrets/:secret_id/acl", secretAclReplaceOperation, checked("secret_acls:put_patch")),
  route("PATCH", "/v1/secrets/:secret_id/acl", secretAclUpdateOperation, checked("secret_acls:put_patch")),
  route("DELETE", "/v1/secrets/:secret_id/acl", secretAclDeleteOperation, checked("secret_acls:delete")),

  route("GET", "/v1/secrets/:secret_id/metadata", secretMetadataListOperation, checked("secret_meta:get")),
  route("PUT", "/v1/secrets/:secret_id/metadata", secretMetadataReplaceOperation, checked("secret_meta:put")),
  route(
    "POST",
    "/v1/secrets/:secret_id/metadata",
    secretMetadatumCreateOperation,
    checked("secret_meta:post"),
  ),
  route(
    "GET",
    "/v1/secrets/:secret_id/metadata/:key",
    secretMetadatumShowOperation,
    checked("secret_meta:get"),
  ),
  route(
    "PUT",
    "/v1/secrets/:secret_id/metadata/:key",
    secretMetadatumUpdateOperation,
    checked("secret_meta:put"),
  ),
  route(
    "DELETE",
    "/v1/secrets/:secret_id/metadata/:key",
    secretMetadatumDeleteOperation,
    checked("secret_meta:delete"),
  ),

  route(
    "GET",
    "/v1/secrets/:secret_id/consumers",
    secretConsumerListOperation,
    checked("secret_consumers:get"),
  ),
  route(
    "POST",
    "/v1/secrets/:secret_id/consumers",
    secretConsumerCreateOperation,
    checked("secret_consumers:post"),
  ),
  route(
    "DELETE",
    "/v1/secrets/:secret_id/consumers",
    secretConsumerDeleteOperation,
    checked("secret_consumers:delete"),
  ),
  route(
    "GET",
    "/v1/secrets/:secret_id/consumers/:consumer_id",
    secretConsumerShowOperation,
    checked("consumer:get"),
  ),

  route("GET", "/v1/containers", containerListOperation, { policy: "containers:get" }),
  route("POST", "/v1/containers", containerCreateOperation, { policy: "containers:post" }),
  route("GET", "/v1/containers/:container_id", containerShowOperation, checked("container:get")),
  route("DELETE", "/v1/containers/:container_id", containerDeleteOperation, checked("container:delete")),
  route(
    "POST",
    "/v1/containers/:container_id/secrets",
    containerSecretCreateOperation,
    checked("container_secret:post"),
  ),
  route(
    "DELETE",
    "/v1/containers/:container_id/secrets",
    containerSecretDeleteOperation,
    checked("container_secret:delete"),
  ),

  route("GET", "/v1/containers/:container_id/acl", containerAclShowOperation, checked("container_acls:get")),
  route(
    "PUT",
    "/v1/containers/:container_id/acl",
    containerAclReplaceOperation,
    checked("container_acls:put_patch"),
  ),
  route(
    "PATCH",
    "/v1/containers/:container_id/acl",
    containerAclUpdateOperation,
    checked("container_acls:put_patch"),
  ),
  route(
    "DELETE",
    "/v1/containers/:container_id/acl",
    containerAclDeleteOperation,
    checked("container_acls:delete"),
  ),

  route(
    "GET",
    "/v1/containers/:container_id/consumers",
    containerConsumerListOperation,
    checked("container_consumers:get"),
  ),
  route(
    "POST",
    "/v1/containers/:container_id/consumers",
    containerConsumerCreateOperation,
    checked("container_consumers:post"),
  ),
  route(
    "DELETE",
    "/v1/containers/:container_id/consumers",
    containerConsumerDeleteOperation,
    checked("container_consumers:delete"),
  ),
  route(
    "GET",
    "/v1/containers/:container_id/consumers/:consumer_id",
    containerConsumerShowOperation,
    checked("consumer:get"),
  ),

  route("GET", "/v1/orders", orderListOperation, { policy: "orders:get" }),
  route("POST", "/v1/orders", orderCreateOperation, { policy: "orders:post" }),
  route("PUT", "/v1/orders", orderUpdateOperation, { policy: "orders:put" }),
  route("GET", "/v1/orders/:order_id", orderShowOperation, checked("order:get")),
  route("DELETE", "/v1/orders/:order_id", orderDeleteOperation, checked("order:delete")),

  route("GET", "/v1/secret-stores", secretStoreListOperation, { policy: "secretstores:get" }),
  route("GET", "/v1/secret-stores/global-default", secretStoreShowDefaultOperation, {
    policy: "secretstores:get_global_default",
  }),
  route("GET", "/v1/secret-stores/preferred", secretStoreShowPreferredOperation, {
    policy: "secretstores:get_preferred",
  }),
  route("GET", "/v1/secret-stores/:store_id", secretStoreShowOperation, { policy: "secretstore:get" }),
  route("POST", "/v1/secret-stores/:store_id/preferred", secretStoreChooseOperation, {
    policy: "secretstore_preferred:post",
  }),
  route("DELETE", "/v1/secret-stores/:store_id/preferred", secretStoreUnchooseOperation, {
    policy: "secretstore_preferred:delete",
  }),

  route("GET", "/v1/transport_keys", transportKeyListOperation, { policy: "transport_keys:get" }),
  route("POST", "/v1/transport_keys", transportKeyCreateOperation, { policy: "transport_keys:post" }),
  route("GET", "/v1/transport_keys/:transport_key_id", transportKeyShowOperation, {
    policy: "transport_key:get",
  }),
  route("DELETE", "/v1/transport_keys/:transport_key_id", transportKeyDeleteOperation, {
    policy: "transport_key:delete",
  }),

  // Ours: Barbican has a command on its host for it.
  route("GET", "/v1/sealstone-rotations", rotationListOperation, { policy: "sealstone:key_rotations:get" }),
  route("POST", "/v1/sealstone-rotations", rotationCreateOperation, {
    policy: "sealstone:key_rotations:post",
  }),

  route("GET", "/v1/sealstone-master-keys", masterKeyListOperation, { policy: "sealstone:master_keys:get" }),
  route("POST", "/v1/sealstone-master-keys", masterKeyCreateOperation, {
    policy: "sealstone:master_keys:post",
  }),

  route("GET", "/v1/quotas", quotasShowOperation, { policy: "quotas:get" }),
  route("GET", "/v1/project-quotas", projectQuotasListOperation, { policy: "project_quotas:get" }),
  route("GET", "/v1/project-quotas/:project_id", projectQuotasShowOperation, {
    policy: "project_quotas:get",
  }),
  route("PUT", "/v1/project-quotas/:project_id", projectQuotasReplaceOperation, {
    policy: "project_quotas:put",
  }),
  route("DELETE", "/v1/project-quotas/:project_id", projectQuotasDeleteOperation, {
    policy: "project_quotas:delete",
  }),
];
