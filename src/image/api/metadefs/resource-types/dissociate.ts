import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { associationRemove } from "../../../app/metadef-resource-type.ts";

export const dissociate = operation<ImageDeps>({
  handle: (ctx, { params }) =>
    associationRemove(ctx, params["namespace"] ?? "", params["resource_type"] ?? ""),
});
