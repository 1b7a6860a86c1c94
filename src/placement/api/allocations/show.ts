import { atLeast, operation } from "#http/index.ts";
import { allocationsShow as allocationsRead } from "../../app/allocation.ts";
import type { PlacementDeps } from "../../deps.ts";
import { unknownConsumerType } from "../../domain/allocation.ts";
import { normalizeUuid } from "../../domain/names.ts";
import { answer, newest } from "../answer.ts";

/** GET /allocations/{consumer_uuid}: empty, never 404 */
export const allocationsShow = operation<PlacementDeps>({
  async handle(ctx, { params }) {
    const uuid = params["consumer_uuid"] ?? "";
    const { consumer, allocations, providers } = await allocationsRead(ctx, normalizeUuid(uuid) ?? uuid);
    const byProvider = Map.groupBy(allocations, (each) => each.providerUuid);
    const view = [...byProvider].map(([providerUuid, held]) => [
      providerUuid,
      {
        resources: Object.fromEntries(held.map((each) => [each.resourceClass, each.used])),
        generation: providers.get(providerUuid)?.generation,
      },
    ]);
    const body = {
      allocations: Object.fromEntries(view) as unknown,
      ...(consumer && atLeast(ctx, "1.12")
        ? { project_id: consumer.projectId, user_id: consumer.userId }
        : {}),
      ...(consumer && atLeast(ctx, "1.28") ? { consumer_generation: consumer.generation } : {}),
      ...(consumer && atLeast(ctx, "1.38")
        ? { consumer_type: consumer.consumerType ?? unknownConsumerType }
        : {}),
    };
    return answer(ctx, body, { modifiedMs: newest(allocations.map((each) => each.createdAtMs)) });
  },
});
