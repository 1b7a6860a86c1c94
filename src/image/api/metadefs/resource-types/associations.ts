import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { associationList } from "../../../app/metadef-resource-type.ts";
import { associationView } from "../namespace-view.ts";

export const listAssociations = operation<ImageDeps>({
  handle: async (ctx, { params }) => ({
    resource_type_associations: (await associationList(ctx, params["namespace"] ?? "")).map(associationView),
  }),
});
