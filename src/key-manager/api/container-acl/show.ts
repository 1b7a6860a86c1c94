import { operation } from "#http/index.ts";
import { containerAclFetch } from "../../app/container-acl.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerIdParse } from "../../domain/container.ts";
import { aclView } from "../secret-acl/view.ts";

export const containerAclShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) =>
    aclView(await containerAclFetch(ctx, containerIdParse(params["container_id"] ?? ""))),
});
