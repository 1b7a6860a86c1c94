import { operation } from "#http/index.ts";
import { applicationCredentialFetch } from "../../app/application-credential.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { pathParam } from "../input.ts";
import { applicationCredentialView } from "./view.ts";

export const applicationCredentialShow = operation({
  handle: async (ctx: IdentityCtx, { params }) => {
    const [userId, id] = [pathParam(params, "user_id"), pathParam(params, "credential_id")];
    const found = await applicationCredentialFetch(ctx, userId, id);
    return { application_credential: applicationCredentialView(ctx, found) };
  },
});
