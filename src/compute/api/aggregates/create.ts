import { Type } from "typebox";
import { operation } from "#http/index.ts";
import { aggregateCreate as create } from "../../app/aggregate.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { printableName, zoneName } from "../parameter-schemas.ts";
import { aggregateSummary } from "./view.ts";

const closed = { additionalProperties: false };
const zone = Type.Optional(Type.Union([zoneName, Type.Null()]));

/** POST /os-aggregates */
export const aggregateCreate = operation({
  body: Type.Object(
    { aggregate: Type.Object({ name: printableName, availability_zone: zone }, closed) },
    closed,
  ),
  handle: async (ctx: ComputeCtx, { body }) => {
    const { name, availability_zone: wanted } = body.aggregate;
    return { aggregate: aggregateSummary(ctx, await create(ctx, { name, zone: wanted ?? undefined })) };
  },
});
