import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { namespaceModify } from "../../../app/metadef-namespace.ts";
import { namespaceBody } from "../../../domain/metadef-body.ts";
import { newNamespace } from "../namespace-body.ts";
import { namespaceView } from "../namespace-view.ts";
import { requireNoReadOnly } from "../read-only.ts";

export const updateNamespace = operation<ImageDeps, typeof namespaceBody>({
  body: namespaceBody,
  handle: async (ctx, { params, body }) => {
    requireNoReadOnly(body);
    return namespaceView(await namespaceModify(ctx, params["namespace"] ?? "", newNamespace(body)));
  },
});
