import { Type } from "typebox";
import { operation } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import { flavorDescribe } from "../../app/flavor.ts";
import { flavorDescription } from "../parameter-schemas.ts";
import { flavorDetail } from "./view.ts";

const closed = { additionalProperties: false };
const description = Type.Union([flavorDescription, Type.Null()]);

/** PUT /flavors/{id}: the description, since 2.55 */
export const flavorUpdate = operation({
  body: Type.Object({ flavor: Type.Object({ description }, closed) }, closed),
  handle: async (ctx: ComputeCtx, { params, body }) => {
    const flavor = await flavorDescribe(ctx, params["id"] ?? "", body.flavor.description);
    return { flavor: flavorDetail(ctx, flavor) };
  },
});
