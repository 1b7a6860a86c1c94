import { operation } from "#http/index.ts";
import { traitShow as traitRead } from "../../app/trait.ts";
import type { PlacementDeps } from "../../deps.ts";
import { answer } from "../answer.ts";

/** GET /traits/{name}, since 1.6: 204 says that it exists */
export const traitShow = operation<PlacementDeps>({
  async handle(ctx, { params }) {
    const trait = await traitRead(ctx, params["name"] ?? "");
    return answer(ctx, undefined, { modifiedMs: trait.createdAtMs });
  },
});
