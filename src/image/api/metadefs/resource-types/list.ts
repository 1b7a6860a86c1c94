import { isoSeconds } from "#base/clock.ts";
import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { resourceTypeList } from "../../../app/metadef-resource-type.ts";

export const listResourceTypes = operation<ImageDeps>({
  handle: async (ctx) => ({
    resource_types: (await resourceTypeList(ctx)).map(({ name, createdAt, updatedAt }) => ({
      name,
      created_at: isoSeconds(createdAt),
      updated_at: isoSeconds(updatedAt),
    })),
  }),
});
