import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { namespaceRemove } from "../../../app/metadef-namespace.ts";

export const deleteNamespace = operation<ImageDeps>({
  handle: (ctx, { params }) => namespaceRemove(ctx, params["namespace"] ?? ""),
});
