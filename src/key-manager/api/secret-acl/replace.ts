import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretAclChange } from "../../app/secret-acl.ts";
import { aclReplace } from "../../domain/secret-acl.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { secretRef } from "../secrets/view.ts";
import { aclBody, aclChangeOf } from "./body.ts";

/** PUT: what the body does not name goes back to the implicit ACL. */
export const secretAclReplaceOperation = operation({
  body: aclBody,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const id = secretIdParse(params["secret_id"] ?? "");
    const change = aclChangeOf(body);
    await secretAclChange(ctx, id, (old, now) => change && aclReplace(old, change, now));
    return { acl_ref: `${secretRef(ctx.baseUrl, id)}/acl` };
  },
});
