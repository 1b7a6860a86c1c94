import { operation } from "#http/index.ts";
import { aggregatesAll } from "../../app/aggregate.ts";
import type { ComputeDeps } from "../../app/deps.ts";
import { aggregateDetail } from "./view.ts";

/** GET /os-aggregates */
export const aggregateList = operation<ComputeDeps>({
  handle: async (ctx) => ({
    aggregates: (await aggregatesAll(ctx)).map((aggregate) => aggregateDetail(ctx, aggregate)),
  }),
});
