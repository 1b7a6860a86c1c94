import { operation } from "#http/index.ts";
import { providerList } from "../../app/provider.ts";
import type { PlacementDeps } from "../../deps.ts";
import { resourcesParse } from "../../domain/filters.ts";
import { answer, newest } from "../answer.ts";
import { namesSince, queryAggregates, queryCheck, queryLast, queryTraits, queryUuid } from "../query.ts";
import { providerView } from "./view.ts";

const parameters = [
  ["name", "1.0"],
  ["uuid", "1.0"],
  ["member_of", "1.3"],
  ["resources", "1.4"],
  ["in_tree", "1.14"],
  ["required", "1.18"],
] as const;

/** GET /resource_providers */
export const resourceProvidersList = operation<PlacementDeps>({
  async handle(ctx, { query }) {
    queryCheck(query, namesSince(ctx, parameters));
    const resources = queryLast(query, "resources");
    const providers = await providerList(ctx, {
      name: queryLast(query, "name"),
      uuid: queryUuid(query, "uuid"),
      inTree: queryUuid(query, "in_tree"),
      aggregates: queryAggregates(ctx, query),
      traits: queryTraits(ctx, query),
      resources: resources === undefined ? {} : resourcesParse(resources),
    });
    return answer(
      ctx,
      { resource_providers: providers.map((provider) => providerView(ctx, provider)) },
      { modifiedMs: newest(providers.map((provider) => provider.updatedAtMs)) },
    );
  },
});
