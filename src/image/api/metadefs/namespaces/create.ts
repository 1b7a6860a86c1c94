import { operation, Reply } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { namespaceAdd } from "../../../app/metadef-namespace.ts";
import { namespaceBody } from "../../../domain/metadef-body.ts";
import { newContents, newNamespace } from "../namespace-body.ts";
import { contentsView, namespaceView } from "../namespace-view.ts";
import { requireNoReadOnly } from "../read-only.ts";

export const createNamespace = operation<ImageDeps, typeof namespaceBody>({
  body: namespaceBody,
  handle: async (ctx, { body }) => {
    requireNoReadOnly(body);
    const { namespace, contents } = await namespaceAdd(ctx, newNamespace(body), newContents(body));
    return new Reply(
      201,
      { ...namespaceView(namespace), ...contentsView(contents, namespace.namespace) },
      { Location: `${ctx.baseUrl}/v2/metadefs/namespaces/${encodeURIComponent(namespace.namespace)}` },
    );
  },
});
