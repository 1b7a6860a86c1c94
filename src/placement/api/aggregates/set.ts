import { Type } from "typebox";
import { operation } from "#http/index.ts";
import { aggregatesSet as aggregatesWrite } from "../../app/aggregate.ts";
import type { RequestCtx } from "../../deps.ts";
import { providerFirst } from "../resource-providers/first.ts";
import { strict, uuidSchema } from "../schemas.ts";
import { aggregatesAnswer } from "./view.ts";

const list = Type.Array(uuidSchema, { uniqueItems: true });

/** PUT /resource_providers/{uuid}/aggregates, since 1.1; a bare list before 1.19 */
export const aggregatesSet = operation({
  body: [
    { from: "1.1", schema: list },
    {
      from: "1.19",
      schema: Type.Object({ aggregates: list, resource_provider_generation: Type.Integer() }, strict),
    },
  ],
  precede: providerFirst,
  async handle(ctx: RequestCtx, { params, body }) {
    const wanted =
      "aggregates" in body
        ? { aggregates: body.aggregates, generation: body.resource_provider_generation }
        : { aggregates: body, generation: undefined };
    return aggregatesAnswer(ctx, await aggregatesWrite(ctx, params["uuid"] ?? "", wanted));
  },
});
