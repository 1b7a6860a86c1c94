import { Type, type Static } from "typebox";
import type { NodeChange } from "../../app/project-node.ts";
import { extraOf, nameSchema, nullable, immutableOf, immutableOption, tagsSchema } from "../input.ts";

export const projectAttributes = {
  domain_id: Type.Optional(nullable(Type.String())),
  parent_id: Type.Optional(nullable(Type.String())),
  description: Type.Optional(nullable(Type.String())),
  enabled: Type.Optional(Type.Boolean()),
  is_domain: Type.Optional(Type.Boolean()),
  tags: Type.Optional(tagsSchema),
  options: immutableOption,
};

export const projectUpdateSchema = Type.Object(
  { name: Type.Optional(nameSchema(64)), ...projectAttributes },
  { minProperties: 1 },
);

export function projectChangeOf(body: Static<typeof projectUpdateSchema>): NodeChange {
  return {
    name: body.name?.trim(),
    domainId: body.domain_id ?? undefined,
    parentId: body.parent_id ?? undefined,
    description: body.description === null ? "" : body.description,
    enabled: body.enabled,
    isDomain: body.is_domain,
    tags: body.tags,
    immutable: immutableOf(body.options),
    extra: extraOf(body, { name: true, ...projectAttributes }),
  };
}
