import { operation } from "#http/index.ts";
import { aggregateFetch } from "../../app/aggregate.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { aggregateDetail } from "./view.ts";

/** GET /os-aggregates/{id} */
export const aggregateShow = operation<ComputeDeps>({
  handle: async (ctx, { params }) => ({
    aggregate: aggregateDetail(ctx, await aggregateFetch(ctx, params["id"] ?? "")),
  }),
});
