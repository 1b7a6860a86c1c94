import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { credentialDelete as remove } from "../../app/credential.ts";
import { pathParam } from "../input.ts";

export const credentialDelete = operation({
  handle: async (ctx: IdentityCtx, { params }) => remove(ctx, pathParam(params, "credential_id")),
});
