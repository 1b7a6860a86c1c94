import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { namespaceShow } from "../../../app/metadef-namespace.ts";
import { contentsView, namespaceView } from "../namespace-view.ts";

export const showNamespace = operation<ImageDeps>({
  handle: async (ctx, { params, query }) => {
    const { namespace, contents } = await namespaceShow(ctx, params["namespace"] ?? "");
    return {
      ...namespaceView(namespace),
      ...contentsView(contents, namespace.namespace, query["resource_type"]),
    };
  },
});
