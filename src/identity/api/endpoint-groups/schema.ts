import { Type } from "typebox";
import { nameSchema, nullable } from "../input.ts";

const text = Type.Optional(Type.String());

export const endpointGroupRequired = {
  name: nameSchema(255),
  filters: Type.Object(
    { interface: text, service_id: text, region_id: text },
    { minProperties: 1, additionalProperties: false },
  ),
};

export const endpointGroupDescription = Type.Optional(nullable(Type.String()));
