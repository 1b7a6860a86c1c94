import { Type } from "typebox";
import { operation } from "#http/index.ts";
import { aggregateMetadataSet } from "../../app/aggregate.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { aggregateDetail } from "./view.ts";

const closed = { additionalProperties: false };
const metadata = Type.Record(
  Type.String({ pattern: "^[a-zA-Z0-9-_:. ]{1,255}$" }),
  Type.Union([Type.String({ maxLength: 255 }), Type.Null()]),
  closed,
);

/** POST /os-aggregates/{id}/action: set_metadata; null takes a key away */
export const aggregateSetMetadata = operation({
  body: Type.Object({ set_metadata: Type.Object({ metadata }, closed) }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const wanted = body.set_metadata.metadata;
    return { aggregate: aggregateDetail(ctx, await aggregateMetadataSet(ctx, params["id"] ?? "", wanted)) };
  },
});
