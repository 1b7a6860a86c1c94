import { operation } from "#http/index.ts";
import type { ImageDeps } from "../../../app/deps.ts";
import { partAdd } from "../../../app/metadef-part.ts";
import { propertyBody } from "../../../domain/metadef-body.ts";
import { newProperty } from "../part-body.ts";
import { propertyView } from "../part-view.ts";

export const createProperty = operation<ImageDeps, typeof propertyBody>({
  body: propertyBody,
  status: 201,
  handle: async (ctx, { params, body }) => {
    const properties = { kind: "property", namespace: params["namespace"] ?? "" } as const;
    return propertyView(await partAdd(ctx, properties, newProperty(body)));
  },
});
