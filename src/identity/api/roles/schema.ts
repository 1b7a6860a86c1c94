import { Type, type Static } from "typebox";
import type { RoleChange } from "../../app/role.ts";
import { nameSchema, nullable } from "../input.ts";

export const roleAttributes = {
  /** Roles of one domain are not offered. */
  domain_id: Type.Optional(Type.Null()),
  description: Type.Optional(nullable(Type.String())),
  options: Type.Optional(Type.Object({ immutable: Type.Optional(nullable(Type.Boolean())) })),
};

export const roleUpdateSchema = Type.Object({ name: Type.Optional(nameSchema(255)), ...roleAttributes });

export function roleChangeOf(body: Static<typeof roleUpdateSchema>): RoleChange {
  const immutable = body.options?.immutable;
  return {
    name: body.name,
    description: body.description ?? undefined,
    immutable: immutable === null ? false : immutable,
  };
}
