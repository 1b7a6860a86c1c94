import { atLeast, operation, Reply } from "#http/index.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { keypairRemove } from "../../app/keypair.ts";
import { queryText } from "../paging.ts";
import { queryCheck } from "../query-check.ts";

/** DELETE /os-keypairs/{name}; 202 before 2.2, 204 from then on. */
export const keypairDelete = operation<ComputeDeps>({
  handle: async (ctx, { params, query }) => {
    queryCheck(ctx, query, ["user_id"], "2.75");
    const userId = atLeast(ctx, "2.10") ? queryText(query, "user_id") : undefined;
    await keypairRemove(ctx, params["name"] ?? "", userId);
    return new Reply(atLeast(ctx, "2.2") ? 204 : 202);
  },
});
