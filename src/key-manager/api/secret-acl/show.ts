import { operation } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { secretAclFetch } from "../../app/secret-acl.ts";
import { secretIdParse } from "../../domain/secret.ts";
import { aclView } from "./view.ts";

export const secretAclShowOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) =>
    aclView(await secretAclFetch(ctx, secretIdParse(params["secret_id"] ?? ""))),
});
