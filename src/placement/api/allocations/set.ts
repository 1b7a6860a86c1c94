import { operation } from "#http/index.ts";
import { allocationsReplace } from "../../app/allocation.ts";
import type { RequestCtx } from "../../deps.ts";
import { badRequest } from "../../domain/errors.ts";
import { normalizeUuid } from "../../domain/names.ts";
import { allocationRequest, consumerSchemas } from "./body.ts";

/** PUT /allocations/{consumer_uuid}: the consumer holds exactly this from now on */
export const allocationsSet = operation({
  body: consumerSchemas,
  async handle(ctx: RequestCtx, { params, body }) {
    const text = params["consumer_uuid"] ?? "";
    const consumerUuid = normalizeUuid(text);
    if (consumerUuid === undefined) throw badRequest(`Malformed consumer_uuid: ${text}`);
    await allocationsReplace(ctx, [allocationRequest(consumerUuid, body)], (why) =>
      badRequest(`Unable to allocate inventory for consumer ${consumerUuid}: ${why}`),
    );
  },
});
