import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { propertyList } from "../../../app/metadef-property.ts";
import { propertiesView } from "../part-view.ts";

/** Keyed by name: it has no order and no pages. */
export const listProperties = operation<ImageDeps>({
  handle: async (ctx, { params }) => ({
    properties: propertiesView(await propertyList(ctx, params["namespace"] ?? "")),
  }),
});
