import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretAclChange } from "../../app/secret-acl.ts";
import { aclUpdate } from "../../domain/secret-acl.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { secretRef } from "../secrets/view.ts";
import { aclBody, aclChangeOf } from "./body.ts";

/** PATCH: what the body does not name stays. */
export const secretAclUpdateOperation = operation({
  body: aclBody,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const id = secretIdParse(params["secret_id"] ?? "");
    const change = aclChangeOf(body);
    await secretAclChange(ctx, id, (old, now) => (change ? aclUpdate(old, change, now) : old));
    return { acl_ref: `${secretRef(ctx.baseUrl, id)}/acl` };
  },
});
