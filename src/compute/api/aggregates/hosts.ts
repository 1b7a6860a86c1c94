import { Type } from "typebox";
import { operation } from "#http/index.ts";
import { aggregateHostAdd, aggregateHostRemove } from "../../app/aggregate.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { hostName } from "../parameter-schemas.ts";
import { aggregateDetail } from "./view.ts";

const closed = { additionalProperties: false };
const host = Type.Object({ host: hostName }, closed);

/** POST /os-aggregates/{id}/action: add_host */
export const aggregateAddHost = operation({
  body: Type.Object({ add_host: host }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => ({
    aggregate: aggregateDetail(ctx, await aggregateHostAdd(ctx, params["id"] ?? "", body.add_host.host)),
  }),
});

/** POST /os-aggregates/{id}/action: remove_host */
export const aggregateRemoveHost = operation({
  body: Type.Object({ remove_host: host }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => ({
    aggregate: aggregateDetail(
      ctx,
      await aggregateHostRemove(ctx, params["id"] ?? "", body.remove_host.host),
    ),
  }),
});
