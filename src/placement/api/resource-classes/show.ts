import { operation } from "#http/index.ts";
import { resourceClassShow as resourceClassRead } from "../../app/resource-class.ts";
import type { PlacementDeps } from "../../deps.ts";
import { answer } from "../answer.ts";
import { resourceClassView } from "./view.ts";

/** GET /resource_classes/{name}, since 1.2 */
export const resourceClassShow = operation<PlacementDeps>({
  async handle(ctx, { params }) {
    const { name, createdAtMs } = await resourceClassRead(ctx, params["name"] ?? "");
    return answer(ctx, resourceClassView(ctx, name), { modifiedMs: createdAtMs });
  },
});
