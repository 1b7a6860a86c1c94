import { Type, type Static } from "typebox";
import type { GroupChange } from "../../app/group.ts";
import { extraOf, nameSchema, nullable } from "../input.ts";

export const groupAttributes = {
  domain_id: Type.Optional(Type.String()),
  description: Type.Optional(nullable(Type.String())),
};

export const groupUpdateSchema = Type.Object(
  { name: Type.Optional(nameSchema(64)), ...groupAttributes },
  { minProperties: 1 },
);

export function groupChangeOf(body: Static<typeof groupUpdateSchema>): GroupChange {
  return {
    name: body.name?.trim(),
    domainId: body.domain_id,
    description: body.description === null ? "" : body.description,
    extra: extraOf(body, { name: true, ...groupAttributes }),
  };
}
