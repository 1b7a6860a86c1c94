import { Type } from "typebox";
import { operation } from "#http/index.ts";
import { reshape as providersReshape } from "../../app/reshaper.ts";
import type { RequestCtx } from "../../deps.ts";
import { normalizeUuid } from "../../domain/names.ts";
import { allocationRequests, consumerOfManySchemas, type ConsumerBody } from "../allocations/body.ts";
import { settingsFromBody, type InventoryBody } from "../inventories/view.ts";
import { inventoryFields, resourceClassPattern, strict, uuidPattern } from "../schemas.ts";

const providerInventories = Type.Object(
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

const inventories = Type.Record(Type.String({ pattern: uuidPattern }), providerInventories, {
  ...strict,
  minProperties: 1,
});

/** By microversion, as the consumers of POST /allocations are; the first are older than the reshaper. */
const schemas = consumerOfManySchemas.slice(1).map(({ from, schema }) => ({
  from,
  schema: Type.Object(
    { inventories, allocations: Type.Record(Type.String({ pattern: uuidPattern }), schema, strict) },
    strict,
  ),
}));

interface ReshaperBody {
  readonly inventories: Readonly<
    Record<string, { resource_provider_generation: number; inventories: Record<string, InventoryBody> }>
  >;
  readonly allocations: Readonly<Record<string, ConsumerBody>>;
}

/** POST /reshaper, since 1.30: inventories move between providers, and what is allocated from them with them */
export const reshape = operation({
  body: schemas,
  async handle(ctx: RequestCtx, input) {
    const body: ReshaperBody = input.body;
    const providers = Object.entries(body.inventories).map(([uuid, each]) => ({
      uuid: normalizeUuid(uuid) ?? uuid,
      generation: each.resource_provider_generation,
      settings: Object.fromEntries(
        Object.entries(each.inventories).map(([name, inventory]) => [name, settingsFromBody(inventory)]),
      ),
    }));
    await providersReshape(ctx, { providers, requests: allocationRequests(body.allocations) });
  },
});
