import { Type, type Static } from "typebox";
import type { DomainChange } from "../../app/domain.ts";
import { extraOf, immutableOf, immutableOption, nameSchema, nullable, tagsSchema } from "../input.ts";

export const domainAttributes = {
  description: Type.Optional(nullable(Type.String())),
  enabled: Type.Optional(Type.Boolean()),
  tags: Type.Optional(tagsSchema),
  options: immutableOption,
};

export const domainUpdateSchema = Type.Object(
  { name: Type.Optional(nameSchema(64)), ...domainAttributes },
  { minProperties: 1 },
);

export function domainChangeOf(body: Static<typeof domainUpdateSchema>): DomainChange {
  return {
    name: body.name?.trim(),
    description: body.description,
    enabled: body.enabled,
    tags: body.tags,
    immutable: immutableOf(body.options),
    extra: extraOf(body, {
      name: true,
      explicit_domain_id: true,
      domain_id: true,
      parent_id: true,
      ...domainAttributes,
    }),
  };
}
