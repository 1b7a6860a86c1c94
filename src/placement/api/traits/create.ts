import { operation } from "#http/index.ts";
import { traitEnsure } from "../../app/trait.ts";
import type { PlacementDeps } from "../../deps.ts";
import { answer } from "../answer.ts";

/** PUT /traits/{name}, since 1.6: 201 when it is new */
export const traitCreate = operation<PlacementDeps>({
  async handle(ctx, { params }) {
    const { trait, created } = await traitEnsure(ctx, params["name"] ?? "");
    return answer(ctx, undefined, {
      status: created ? 201 : 204,
      modifiedMs: trait.createdAtMs,
      location: `/traits/${trait.name}`,
    });
  },
});
