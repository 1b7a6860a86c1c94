import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { filterEntryFetch } from "../../app/endpoint-filter.ts";
import { entryOfPath } from "./entry.ts";

export const filterEntryCheck = operation({
  handle: async (ctx: IdentityCtx, { params }) => filterEntryFetch(ctx, entryOfPath(params)),
});
