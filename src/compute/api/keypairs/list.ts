import { CloudError } from "#base/errors.ts";
import { atLeast, operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { keypairsOf } from "../../app/keypair.ts";
import { nextLinks } from "../links.ts";
import { pageOf, queryText } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { keypairSummary } from "./view.ts";

/** GET /os-keypairs; `user_id` since 2.10, paging since 2.35. */
export const keypairList = operation<ComputeDeps>({
  handle: async (ctx, { query }) => {
    queryCheck(ctx, query, ["user_id", "limit", "marker"], "2.75");
    const all = await keypairsOf(ctx, atLeast(ctx, "2.10") ? queryText(query, "user_id") : undefined);
    if (!atLeast(ctx, "2.35"))
      return { keypairs: all.map((keypair) => ({ keypair: keypairSummary(ctx, keypair) })) };
    const { limit, marker } = pageOf(query);
    const start = marker === undefined ? 0 : all.findIndex(({ name }) => name === marker) + 1;
    if (marker !== undefined && start === 0) throw new CloudError("invalid", `marker [${marker}] not found`);
    const shown = all.slice(start, start + limit);
    const full = shown.length === limit && limit > 0;
    const links = nextLinks(ctx, "/os-keypairs", { query, lastId: shown.at(-1)?.name, full });
    return {
      keypairs: shown.map((keypair) => ({ keypair: keypairSummary(ctx, keypair) })),
      ...(links.length === 0 ? {} : { keypairs_links: links }),
    };
  },
});
