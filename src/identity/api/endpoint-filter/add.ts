import { operation } from "#http/index.ts";
import type { IdentityCtx } from "../../app/context.ts";
import { filterEntryCreate } from "../../app/endpoint-filter.ts";
import { entryOfPath } from "./entry.ts";

export const filterEntryAdd = operation({
  handle: async (ctx: IdentityCtx, { params }) => filterEntryCreate(ctx, entryOfPath(params)),
});
