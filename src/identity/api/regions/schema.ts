import { Type, type Static } from "typebox";
import type { RegionChange } from "../../app/region.ts";
import { extraOf, nullable } from "../input.ts";

export const regionAttributes = {
  description: Type.Optional(nullable(Type.String())),
  parent_region_id: Type.Optional(nullable(Type.String())),
};

export const regionUpdateSchema = Type.Object(regionAttributes, { minProperties: 1 });

export function regionChangeOf(body: Static<typeof regionUpdateSchema>): RegionChange {
  return {
    description: body.description === null ? "" : body.description,
    parentId: body.parent_region_id,
    extra: extraOf(body, regionAttributes),
  };
}
