import { atLeast, operation } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { keypairFetch } from "../../app/keypair.ts";
import { queryText } from "../paging.ts";
import { queryCheck } from "../query-check.ts";
import { keypairDetail } from "./view.ts";

/** GET /os-keypairs/{name} */
export const keypairShow = operation<ComputeDeps>({
  handle: async (ctx, { params, query }) => {
    queryCheck(ctx, query, ["user_id"], "2.75");
    const userId = atLeast(ctx, "2.10") ? queryText(query, "user_id") : undefined;
    return { keypair: keypairDetail(ctx, await keypairFetch(ctx, params["name"] ?? "", userId)) };
  },
});
