import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretAclDelete } from "../../app/secret-acl.ts";
import { secretIdParse } from "../../domain/secret.ts";

/** 200 with `null`: Barbican's answer, which its clients check for. */
export const secretAclDeleteOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) => {
    await secretAclDelete(ctx, secretIdParse(params["secret_id"] ?? ""));
    return new Reply(200, null);
  },
});
