import { Type } from "typebox";
import { maxAmount } from "../domain/inventory.ts";

/** placement/schemas/*.py, as TypeBox. */
export const strict = { additionalProperties: false };

/** With or without dashes. */
export const uuidSchema = Type.String({ pattern: "^([0-9a-fA-F]-?){31}[0-9a-fA-F]$", "x-format": "uuid" });
export const uuidPattern = "^[0-9a-fA-F-]{36}$";
export const resourceClassPattern = "^[A-Z0-9_]+$";
export const customNamePattern = "^CUSTOM_[A-Z0-9_]+$";

const amount = (minimum: number) => Type.Integer({ minimum, maximum: maxAmount });

export const inventoryFields = {
  reserved: Type.Optional(amount(0)),
  min_unit: Type.Optional(amount(1)),
  max_unit: Type.Optional(amount(1)),
  step_size: Type.Optional(amount(1)),
  allocation_ratio: Type.Optional(Type.Number({ maximum: 3.40282e38 })),
  resource_provider_generation: Type.Optional(Type.Integer()),
  total: amount(1),
};

export const ownerIdSchema = Type.String({ minLength: 1, maxLength: 255 });

/** Resource class → amount. */
export const resourcesSchema = Type.Record(
  Type.String({ pattern: resourceClassPattern }),
  Type.Integer({ minimum: 1 }),
  {
    ...strict,
    minProperties: 1,
  },
);

/** Provider → resources, since 1.12. */
export function byProviderSchema(minProperties: 0 | 1) {
  return Type.Record(
    Type.String({ pattern: uuidPattern }),
    Type.Object({ generation: Type.Optional(Type.Integer()), resources: resourcesSchema }, strict),
    { ...strict, minProperties },
  );
}

/** Group suffix → providers that satisfied it, since 1.34; accepted and not stored, as in Placement. */
export const mappingsSchema = Type.Record(
  Type.String({ pattern: "^([a-zA-Z0-9_-]{1,64})?$" }),
  Type.Array(uuidSchema, { minItems: 1 }),
  { minProperties: 1 },
);
