import { Type } from "typebox";
import { atLeast, operation } from "#http/index.ts";
import { inventorySave } from "../../app/inventory.ts";
import type { RequestCtx } from "../../deps.ts";
import { providerFirst } from "../resource-providers/first.ts";
import { inventoryFields, strict } from "../schemas.ts";
import { inventoryAnswer, settingsFromBody } from "./view.ts";

/** PUT /resource_providers/{uuid}/inventories/{resource_class} */
export const inventoryUpdate = operation({
  body: Type.Object({ ...inventoryFields, resource_provider_generation: Type.Integer() }, strict),
  precede: providerFirst,
  async handle(ctx: RequestCtx, { params, body }) {
    const saved = await inventorySave(ctx, params["uuid"] ?? "", {
      resourceClass: params["resource_class"] ?? "",
      settings: settingsFromBody(body),
      generation: body.resource_provider_generation,
      mayReserveAll: atLeast(ctx, "1.26"),
    });
    return inventoryAnswer(ctx, saved);
  },
});
