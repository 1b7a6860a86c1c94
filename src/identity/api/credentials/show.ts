import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { credentialFetch } from "../../app/credential.ts";
import { pathParam } from "../input.ts";
import { credentialView } from "./view.ts";

export const credentialShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => ({
    credential: credentialView(ctx, await credentialFetch(ctx, pathParam(params, "credential_id"))),
  }),
});
