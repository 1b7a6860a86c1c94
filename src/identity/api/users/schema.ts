import { Type, type Static } from "typebox";
import { Secret } from "#base/secret.ts";
import type { UserChange } from "../../app/user.ts";
import { extraOf, nameSchema, nullable } from "../input.ts";

export const passwordSchema = Type.String({ maxLength: 4096 });

export const userAttributes = {
  domain_id: Type.Optional(Type.String()),
  enabled: Type.Optional(Type.Boolean()),
  default_project_id: Type.Optional(nullable(Type.String())),
  password: Type.Optional(nullable(passwordSchema)),
};

export const userUpdateSchema = Type.Object({ name: Type.Optional(nameSchema(255)), ...userAttributes });

export function userChangeOf(body: Static<typeof userUpdateSchema>): UserChange {
  return {
    name: body.name,
    domainId: body.domain_id,
    enabled: body.enabled,
    defaultProjectId: body.default_project_id,
    password: typeof body.password === "string" ? new Secret(body.password) : body.password,
    extra: extraOf(body, { name: true, ...userAttributes }),
  };
}
