import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { partModify } from "../../../app/metadef-part.ts";
import { propertyBody } from "../../../domain/metadef-body.ts";
import { newProperty } from "../part-body.ts";
import { propertyView } from "../part-view.ts";

export const updateProperty = operation<ImageDeps, typeof propertyBody>({
  body: propertyBody,
  handle: async (ctx, { params, body }) => {
    const properties = { kind: "property", namespace: params["namespace"] ?? "" } as const;
    return propertyView(await partModify(ctx, properties, params["name"] ?? "", newProperty(body)));
  },
});
