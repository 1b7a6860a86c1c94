import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { filterEntryDelete } from "../../app/endpoint-filter.ts";
import { entryOfPath } from "./entry.ts";

export const filterEntryRemove = operation({
  handle: async (ctx: IdentityCtx, { params }) => filterEntryDelete(ctx, entryOfPath(params)),
});
