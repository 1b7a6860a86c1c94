import { isoMicroseconds } from "#base/clock.ts";
import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretAclFetch } from "../../app/secret-acl.ts";
import { secretIdParse } from "../../domain/secret.ts";

export const secretAclShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) => {
    const acl = await secretAclFetch(ctx, secretIdParse(params["secret_id"] ?? ""));
    if (!acl) return { read: { "project-access": true } };
    return {
      read: {
        "project-access": acl.projectAccess,
        users: acl.users,
        created: isoMicroseconds(acl.createdAt),
        updated: isoMicroseconds(acl.updatedAt),
      },
    };
  },
});
