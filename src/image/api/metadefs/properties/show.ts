import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { propertyShow } from "../../../app/metadef-property.ts";
import { propertyView } from "../part-view.ts";

export const showProperty = operation<ImageDeps>({
  handle: async (ctx, { params, query }) =>
    propertyView(
      await propertyShow(ctx, params["namespace"] ?? "", params["name"] ?? "", query["resource_type"]),
    ),
});
