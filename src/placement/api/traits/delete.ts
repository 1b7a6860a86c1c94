import { operation } from "#http/index.ts";
import { traitDestroy } from "../../app/trait.ts";
import type { PlacementDeps } from "../../deps.ts";

/** DELETE /traits/{name}, since 1.6 */
export const traitDelete = operation<PlacementDeps>({
  handle: (ctx, { params }) => traitDestroy(ctx, params["name"] ?? ""),
});
