import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerAclChange } from "../../app/container-acl.ts";
import { aclUpdate } from "../../domain/secret-acl.ts";
import { containerIdParse } from "../../domain/container.ts";
import { containerRef } from "../containers/view.ts";
import { aclBody, aclChangeOf } from "../secret-acl/body.ts";

/** PATCH: what the body does not name stays. */
export const containerAclUpdateOperation = operation({
  body: aclBody,
  handle: async (ctx: KeyManagerCtx, { params, body }) => {
    const id = containerIdParse(params["container_id"] ?? "");
    const change = aclChangeOf(body);
    await containerAclChange(ctx, id, (old, now) => (change ? aclUpdate(old, change, now) : old));
    return { acl_ref: `${containerRef(ctx.baseUrl, id)}/acl` };
  },
});
