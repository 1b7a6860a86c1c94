import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { associationAdd } from "../../../app/metadef-resource-type.ts";
import { associationBody } from "../../../domain/metadef-body.ts";
import { newAssociation } from "../namespace-body.ts";
import { associationView } from "../namespace-view.ts";
import { requireNoReadOnly } from "../read-only.ts";

export const associate = operation<ImageDeps, typeof associationBody>({
  body: associationBody,
  status: 201,
  handle: async (ctx, { params, body }) => {
    requireNoReadOnly(body);
    return associationView(await associationAdd(ctx, params["namespace"] ?? "", newAssociation(body)));
  },
});
