import { Type } from "typebox";
import { operation } from "#http/index.ts";
import { allocationsReplace } from "../../app/allocation.ts";
import type { RequestCtx } from "../../deps.ts";
import { badRequest } from "../../domain/errors.ts";
import { strict, uuidPattern } from "../schemas.ts";
import { allocationRequests, consumerOfManySchemas, type ConsumerBody } from "./body.ts";

const schemas = consumerOfManySchemas.map(({ from, schema }) => ({
  from,
  schema: Type.Record(Type.String({ pattern: uuidPattern }), schema, { ...strict, minProperties: 1 }),
}));

/** POST /allocations, since 1.13: several consumers at once, all or none */
export const allocationsSetMany = operation({
  body: schemas,
  async handle(ctx: RequestCtx, { body }) {
    const consumers: Readonly<Record<string, ConsumerBody>> = body;
    await allocationsReplace(ctx, allocationRequests(consumers), (text) =>
      badRequest(`Unable to allocate inventory ${text}`),
    );
  },
});
