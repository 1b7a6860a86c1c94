import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { trustList } from "../../app/trust.ts";
import { querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { trustSummaryView } from "./view.ts";

export const trustsList = operation({
  query: querySchema("trustor_user_id", "trustee_user_id"),
  handle: async (ctx: IdentityCtx, { query }) => {
    const { trustor_user_id: trustorUserId, trustee_user_id: trusteeUserId } = query;
    const trusts = await trustList(ctx, { trustorUserId, trusteeUserId });
    const items = trusts.map((trust) => trustSummaryView(ctx, trust));
    return collection(ctx, "trusts", { path: "OS-TRUST/trusts", query, items });
  },
});
