import { atLeast, operation } from "#http/index.ts";
import { allocationsOfProvider } from "../../app/allocation.ts";
import type { PlacementDeps } from "../../deps.ts";
import { answer, newest } from "../answer.ts";

/** GET /resource_providers/{uuid}/allocations */
export const providerAllocationsShow = operation<PlacementDeps>({
  async handle(ctx, { params }) {
    const { provider, allocations, consumers } = await allocationsOfProvider(ctx, params["uuid"] ?? "");
    const byConsumer = Map.groupBy(allocations, (each) => each.consumerUuid);
    const view = [...byConsumer].map(([consumerUuid, held]) => [
      consumerUuid,
      {
        resources: Object.fromEntries(held.map((each) => [each.resourceClass, each.used])),
        ...(atLeast(ctx, "1.28")
          ? { consumer_generation: consumers.get(consumerUuid)?.generation ?? null }
          : {}),
      },
    ]);
    const body = {
      allocations: Object.fromEntries(view) as unknown,
      resource_provider_generation: provider.generation,
    };
    return answer(ctx, body, { modifiedMs: newest(allocations.map((each) => each.createdAtMs)) });
  },
});
