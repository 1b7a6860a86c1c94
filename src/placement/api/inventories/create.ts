import { Type } from "typebox";
import { atLeast, operation } from "#http/index.ts";
import { inventoryCreate as inventoryAdd } from "../../app/inventory.ts";
import type { RequestCtx } from "../../deps.ts";
import { providerFirst } from "../resource-providers/first.ts";
import { inventoryFields, resourceClassPattern, strict } from "../schemas.ts";
import { inventoryAnswer, settingsFromBody } from "./view.ts";

/** POST /resource_providers/{uuid}/inventories */
export const inventoryCreate = operation({
  body: Type.Object(
    { ...inventoryFields, resource_class: Type.String({ pattern: resourceClassPattern }) },
    strict,
  ),
  precede: providerFirst,
  async handle(ctx: RequestCtx, { params, body }) {
    const created = await inventoryAdd(ctx, params["uuid"] ?? "", {
      resourceClass: body.resource_class,
      settings: settingsFromBody(body),
      mayReserveAll: atLeast(ctx, "1.26"),
    });
    const location = `/resource_providers/${created.provider.uuid}/inventories/${body.resource_class}`;
    return inventoryAnswer(ctx, created, { status: 201, location });
  },
});
