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
import type { KeyManagerDeps } from "./app/deps.ts";

/** The app enforces what needs the secret to be read first. */
const enforcedByApp = true;

export const keyManagerRoutes: readonly Route<KeyManagerDeps>[] = [
  route("GET", "/", versionListOperation, { policy: "public" }),
  route("GET", "/v1", versionShowOperation, { policy: "public" }),

  route("GET", "/v1/secrets", secretListOperation, { policy: "secrets:get" }),
  route("POST", "/v1/secrets", secretCreateOperation, { policy: "secrets:post" }),
  route("GET", "/v1/secrets/:secret_id", secretShowOperation, { policy: "secret:get", enforcedByApp }),
  route("PUT", "/v1/secrets/:secret_id", secretPayloadStoreOperation, {
    policy: "secret:put",
    enforcedByApp,
  }),
  route("DELETE", "/v1/secrets/:secret_id", secretDeleteOperation, {
    policy: "secret:delete",
    enforcedByApp,
  }),
  route("GET", "/v1/secrets/:secret_id/payload", secretPayloadShowOperation, {
    policy: "secret:decrypt",
    enforcedByApp,
  }),

  route("GET", "/v1/secrets/:secret_id/acl", secretAclShowOperation, {
    policy: "secret_acls:get",
    enforcedByApp,
  }),
  route("PUT", "/v1/secrets/:secret_id/acl", secretAclReplaceOperation, {
    policy: "secret_acls:put_patch",
    enforcedByApp,
  }),
  route("PATCH", "/v1/secrets/:secret_id/acl", secretAclUpdateOperation, {
    policy: "secret_acls:put_patch",
    enforcedByApp,
  }),
  route("DELETE", "/v1/secrets/:secret_id/acl", secretAclDeleteOperation, {
    policy: "secret_acls:delete",
    enforcedByApp,
  }),
];
