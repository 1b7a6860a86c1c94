import { operation, Reply } from "#http/index.ts";
import type { KeyManagerCtx } from "../../app/deps.ts";
import { containerAclDelete } from "../../app/container-acl.ts";
import { containerIdParse } from "../../domain/container.ts";

/** 200 with `null`: Barbican's answer, which its clients check for. */
export const containerAclDeleteOperation = operation({
  handle: async (ctx: KeyManagerCtx, { params }) => {
    await containerAclDelete(ctx, containerIdParse(params["container_id"] ?? ""));
    return new Reply(200, null);
  },
});
