import { Type } from "typebox";
import { atLeast, operation } from "#http/index.ts";
import { inventoriesSet as inventoriesReplace } from "../../app/inventory.ts";
import type { RequestCtx } from "../../deps.ts";
import { providerFirst } from "../resource-providers/first.ts";
import { inventoryFields, resourceClassPattern, strict } from "../schemas.ts";
import { inventoriesAnswer, settingsFromBody } from "./view.ts";

const body = Type.Object(
  {
    resource_provider_generation: Type.Integer(),
    inventories: Type.Record(
      Type.String({ pattern: resourceClassPattern }),
      Type.Object(inventoryFields, strict),
      strict,
    ),
  },
  strict,
);

/** PUT /resource_providers/{uuid}/inventories */
export const inventoriesSet = operation({
  body,
  precede: providerFirst,
  async handle(ctx: RequestCtx, input) {
    const { resource_provider_generation: generation, inventories } = input.body;
    const settings = Object.fromEntries(
      Object.entries(inventories).map(([name, each]) => [name, settingsFromBody(each)]),
    );
    const written = await inventoriesReplace(ctx, input.params["uuid"] ?? "", {
      settings,
      generation,
      mayReserveAll: atLeast(ctx, "1.26"),
    });
    return inventoriesAnswer(ctx, written);
  },
});
