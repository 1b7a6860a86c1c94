import { Type, type Static } from "typebox";
import { Secret } from "#base/secret.ts";
import type { UserChange } from "../../app/user.ts";
import { userSwitches } from "../../domain/resources.ts";
import { extraOf, nameSchema, nullable } from "../input.ts";

export const passwordSchema = Type.String({ maxLength: 4096 });

const optionalSwitch = Type.Optional(nullable(Type.Boolean()));

const switches = Object.fromEntries(userSwitches.map((name) => [name, optionalSwitch])) as Record<
  (typeof userSwitches)[number],
  typeof optionalSwitch
>;

const rules = Type.Array(Type.Array(Type.String(), { minItems: 1, uniqueItems: true }), {
  uniqueItems: true,
});

const userOptions = Type.Object(
  { ...switches, multi_factor_auth_rules: Type.Optional(nullable(rules)) },
  { additionalProperties: false },
);

export const userAttributes = {
  domain_id: Type.Optional(Type.String()),
  enabled: Type.Optional(Type.Boolean()),
  default_project_id: Type.Optional(nullable(Type.String())),
  password: Type.Optional(nullable(passwordSchema)),
  options: Type.Optional(userOptions),
};

export const userUpdateSchema = Type.Object(
  { name: Type.Optional(nameSchema(255)), ...userAttributes },
  { minProperties: 1 },
);

export function userChangeOf(body: Static<typeof userUpdateSchema>): UserChange {
  return {
    name: body.name?.trim(),
    domainId: body.domain_id,
    enabled: body.enabled,
    defaultProjectId: body.default_project_id,
    password: typeof body.password === "string" ? new Secret(body.password) : body.password,
    options: body.options,
    extra: extraOf(body, { name: true, ...userAttributes }),
  };
}
