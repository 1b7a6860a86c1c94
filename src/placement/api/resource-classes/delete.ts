import { operation } from "#http/index.ts";
import { resourceClassDestroy } from "../../app/resource-class.ts";
import type { PlacementDeps } from "../../deps.ts";

/** DELETE /resource_classes/{name}, since 1.2 */
export const resourceClassDelete = operation<PlacementDeps>({
  handle: (ctx, { params }) => resourceClassDestroy(ctx, params["name"] ?? ""),
});
