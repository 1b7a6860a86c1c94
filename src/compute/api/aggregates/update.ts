import { Type } from "typebox";
import { operation } from "#http/index.ts";
import { aggregateChange } from "../../app/aggregate.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { paddedName, zoneName } from "../parameter-schemas.ts";
import { aggregateDetail } from "./view.ts";

const closed = { additionalProperties: false };
const fields = {
  name: Type.Optional(paddedName),
  availability_zone: Type.Optional(Type.Union([zoneName, Type.Null()])),
};

/** PUT /os-aggregates/{id}: name, zone or both */
export const aggregateUpdate = operation({
  body: Type.Object({ aggregate: Type.Object(fields, { ...closed, minProperties: 1 }) }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const { name, availability_zone: zone } = body.aggregate;
    const changed = await aggregateChange(ctx, params["id"] ?? "", { name: name?.trim(), zone });
    return { aggregate: aggregateDetail(ctx, changed) };
  },
});
