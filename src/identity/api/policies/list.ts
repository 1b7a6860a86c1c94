import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { policyList } from "../../app/policy-document.ts";
import { querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { policyView } from "./view.ts";

export const policiesList = operation({
  query: querySchema("type"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const items = (await policyList(ctx, { type: query.type })).map((policy) => policyView(ctx, policy));
    return collection(ctx, "policies", { query, items });
  },
});
