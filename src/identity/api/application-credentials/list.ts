import { operation } from "#http/index.ts";
import { applicationCredentialList } from "../../app/application-credential.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { pathParam, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { applicationCredentialView } from "./view.ts";

export const applicationCredentialsList = operation({
  query: querySchema("name"),
  handle: async (ctx: IdentityCtx, { params, query }) => {
    const userId = pathParam(params, "user_id");
    const found = await applicationCredentialList(ctx, userId, { name: query.name });
    return collection(ctx, "application_credentials", {
      path: `users/${userId}/application_credentials`,
      query,
      items: found.map((one) => applicationCredentialView(ctx, one)),
    });
  },
});
