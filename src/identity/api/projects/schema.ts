import { Type, type Static } from "typebox";
import type { NodeChange } from "../../app/project-node.ts";
import { extraOf, nameSchema, nullable } from "../input.ts";

/** Keystone: at most 80 tags, none with a comma or a slash. */
export const tagsSchema = Type.Array(Type.String({ minLength: 1, maxLength: 255, pattern: "^[^,/]*$" }), {
  maxItems: 80,
  uniqueItems: true,
});

export const projectAttributes = {
  domain_id: Type.Optional(nullable(Type.String())),
  parent_id: Type.Optional(nullable(Type.String())),
  description: Type.Optional(nullable(Type.String())),
  enabled: Type.Optional(Type.Boolean()),
  is_domain: Type.Optional(Type.Boolean()),
  tags: Type.Optional(tagsSchema),
};

export const projectUpdateSchema = Type.Object({ name: Type.Optional(nameSchema(64)), ...projectAttributes });

export function projectChangeOf(body: Static<typeof projectUpdateSchema>): NodeChange {
  return {
    name: body.name,
    domainId: body.domain_id ?? undefined,
    parentId: body.parent_id ?? undefined,
    description: body.description === null ? "" : body.description,
    enabled: body.enabled,
    isDomain: body.is_domain,
    tags: body.tags,
    extra: extraOf(body, { name: true, ...projectAttributes }),
  };
}
