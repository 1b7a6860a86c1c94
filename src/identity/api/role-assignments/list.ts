import { operation } from "#http/index.ts";
import {
  assignmentListEffective,
  assignmentListEnforce,
  assignmentListGiven,
  inDomainOf,
} from "../../app/assignment-list.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { queryFlag } from "../input.ts";
import { collection } from "../links.ts";
import { assignmentFilterOf, assignmentQuery } from "./query.ts";
import { assignmentView } from "./view.ts";

export const roleAssignmentsList = operation({
  query: assignmentQuery,
  handle: async (ctx: IdentityCtx, { query }) => {
    const filter = assignmentFilterOf(query);
    await assignmentListEnforce(ctx, filter);
    const found = await (queryFlag(query.effective) ? assignmentListEffective : assignmentListGiven)(
      ctx,
      filter,
    );
    const names = queryFlag(query.include_names);
    const items = found.filter(inDomainOf(ctx.caller)).map((one) => assignmentView(ctx, one, names));
    return collection(ctx, "role_assignments", { query, items });
  },
});
