import { Type, type Static } from "typebox";
import type { RegionChange } from "../../app/region.ts";
import { extraOf, nullable } from "../input.ts";

export const regionUpdateSchema = Type.Object(
  {
    description: Type.Optional(nullable(Type.String())),
    parent_region_id: Type.Optional(nullable(Type.String())),
  },
  { minProperties: 1 },
);

export function regionChangeOf(body: Static<typeof regionUpdateSchema>): RegionChange {
  return {
    description: body.description === null ? "" : body.description,
    parentId: body.parent_region_id,
    extra: extraOf(body, { description: true, parent_region_id: true }),
  };
}
