import { CloudError } from "#base/errors.ts";
import { atLeast, operation } from "#http/index.ts";
import type { ComputeCtx, ComputeDeps } from "../../app/deps.ts";
import { serverActionsOf, type ServerActionPage } from "../../app/server-actions.ts";
import { nextLinks } from "../links.ts";
import { pageOf, queryText, type Query } from "../paging.ts";
import { queryCheck, querySingleCheck } from "../query-check.ts";
import { timeOf } from "../times.ts";
import { actionSummary } from "./view.ts";

/** GET /servers/{id}/os-instance-actions */
export const instanceActionList = operation<ComputeDeps>({
  handle: async (ctx, { params, query }) => {
    const id = params["id"] ?? "";
    const page = pageAsked(ctx, query);
    const actions = await serverActionsOf(ctx, id, { page });
    const full = page !== undefined && page.limit > 0 && actions.length === page.limit;
    const path = `/servers/${id}/os-instance-actions`;
    const links = nextLinks(ctx, path, { query, lastId: actions.at(-1)?.request_id, full });
    const instanceActions = actions.map((action) => actionSummary(ctx, action));
    return { instanceActions, ...(links.length === 0 ? {} : { links }) };
  },
});

/** Since 2.58 there are pages, and nothing else may be asked; before, queries mean nothing. */
function pageAsked(ctx: ComputeCtx, query: Query): ServerActionPage | undefined {
  if (!atLeast(ctx, "2.58")) return undefined;
  const known = ["limit", "marker", "changes-since", ...(atLeast(ctx, "2.66") ? ["changes-before"] : [])];
  queryCheck(ctx, query, known, "2.58");
  querySingleCheck(ctx, query, "2.58");
  const changesSince = timeOf(queryText(query, "changes-since"), "changes-since");
  const changesBefore = timeOf(queryText(query, "changes-before"), "changes-before");
  if (changesSince !== undefined && changesBefore !== undefined && changesBefore < changesSince)
    throw new CloudError(
      "invalid",
      "The value of changes-since must be less than or equal to changes-before.",
    );
  return { ...pageOf(query), changesSince, changesBefore };
}
