import { Type, type Static } from "typebox";
import type { Mapping } from "../../domain/mapping.ts";
import { closed } from "../registered-limits/schema.ts";

const text = Type.Optional(Type.String());
const domain = Type.Object({ id: text, name: text }, closed);
const type = Type.String();
const values = Type.Array(Type.String());
const regex = Type.Optional(Type.Boolean());

const remote = Type.Union([
  Type.Object({ type }, closed),
  Type.Object({ type, any_one_of: values, regex }, closed),
  Type.Object({ type, not_any_of: values, regex }, closed),
  Type.Object({ type, blacklist: values, regex }, closed),
  Type.Object({ type, whitelist: values, regex }, closed),
]);

const user = Type.Object(
  {
    id: text,
    name: text,
    email: text,
    domain: Type.Optional(domain),
    type: Type.Optional(Type.Union([Type.Literal("ephemeral"), Type.Literal("local")])),
  },
  closed,
);

const project = Type.Object(
  {
    name: Type.String(),
    roles: Type.Array(Type.Object({ name: Type.String() }, closed)),
    domain: Type.Optional(domain),
  },
  closed,
);

const group = Type.Union([
  Type.Object({ id: Type.String() }, closed),
  Type.Object({ name: Type.String(), domain }, closed),
]);

const local = Type.Object(
  {
    user: Type.Optional(user),
    projects: Type.Optional(Type.Array(project)),
    group: Type.Optional(group),
    groups: text,
    group_ids: text,
    domain: Type.Optional(domain),
  },
  closed,
);

const rule = Type.Object({ local: Type.Array(local), remote: Type.Array(remote, { minItems: 1 }) }, closed);

/** Keystone's `IDP_ATTRIBUTE_MAPPING_SCHEMA_2_0`. */
export const mappingSchema = Type.Object({
  mapping: Type.Object({ rules: Type.Array(rule, { minItems: 1 }), schema_version: text }),
});

/** Keystone's `[federation] attribute_mapping_default_schema_version`. */
const defaultVersion = "1.0";

export function mappingOf(id: string, { mapping }: Static<typeof mappingSchema>): Mapping {
  const { rules, schema_version: version = "" } = mapping;
  return { id, rules, schemaVersion: version === "" ? defaultVersion : version };
}
