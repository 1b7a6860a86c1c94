import { isoMicroseconds } from "#base/clock.ts";
import type { SecretAcl } from "../../domain/secret-acl.ts";

/** Of a secret or a container; undefined is the implicit one. */
export function aclView(acl: SecretAcl | undefined): object {
  if (!acl) return { read: { "project-access": true } };
  return {
    read: {
      "project-access": acl.projectAccess,
      users: acl.users,
      created: isoMicroseconds(acl.createdAt),
      updated: isoMicroseconds(acl.updatedAt),
    },
  };
}
