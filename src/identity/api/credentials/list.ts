import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { credentialList } from "../../app/credential.ts";
import { querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { credentialView } from "./view.ts";

export const credentialsList = operation({
  query: querySchema("user_id", "type"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const found = await credentialList(ctx, { userId: query.user_id, type: query.type });
    const items = found.map((credential) => credentialView(ctx, credential));
    return collection(ctx, "credentials", { query, items });
  },
});
