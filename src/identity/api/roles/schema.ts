import { Type, type Static } from "typebox";
import type { RoleChange } from "../../app/role.ts";
import { extraOf, immutableOf, immutableOption, nameSchema, nullable } from "../input.ts";

export const roleAttributes = {
  domain_id: Type.Optional(nullable(Type.String())),
  description: Type.Optional(nullable(Type.String())),
  options: immutableOption,
};

export const roleUpdateSchema = Type.Object(
  { name: Type.Optional(nameSchema(255)), ...roleAttributes },
  { minProperties: 1 },
);

export function roleChangeOf(body: Static<typeof roleUpdateSchema>): RoleChange {
  return {
    name: body.name,
    domainId: body.domain_id ?? undefined,
    description: body.description ?? undefined,
    immutable: immutableOf(body.options),
    extra: extraOf(body, { name: true, ...roleAttributes }),
  };
}
