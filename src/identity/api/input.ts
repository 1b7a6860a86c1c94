import { Type, type Static, type TSchema } from "typebox";
import { CloudError } from "#base/errors.ts";
import type { Extra } from "../domain/resources.ts";

/** A path parameter of the route. */
export function pathParam(params: Readonly<Record<string, string>>, name: string): string {
  const value = params[name];
  if (value !== undefined) return value;
  throw new CloudError("bug", "An internal error occurred.", { detail: `no path parameter ${name}` });
}

/** The path's id of what a body changes; ids never change, so the body says the same one or none. */
export function updatedId(params: Readonly<Record<string, string>>, name: string, body: object): string {
  const id = pathParam(params, name);
  const { id: given = id } = body as { readonly id?: unknown };
  if (given === id) return id;
  throw new CloudError("invalid", `Cannot change ${name.replace("_id", "")} ID`);
}

/** Keystone's boolean in a query: there at all, and neither 0 nor false. */
export function queryFlag(value: string | undefined): boolean {
  return value !== undefined && value !== "0" && value.toLowerCase() !== "false";
}

/** A filter that is not there filters nothing. */
export function queryFilter(value: string | undefined): boolean | undefined {
  return value === undefined ? undefined : queryFlag(value);
}

/** Query parameters by name; those that Keystone does not know are ignored, as it does. */
export function querySchema<const Name extends string>(...names: readonly Name[]) {
  const text = Type.Optional(Type.String());
  return Type.Object(Object.fromEntries(names.map((name) => [name, text])) as Record<Name, typeof text>);
}

export function nameSchema(maxLength: number) {
  return Type.String({ minLength: 1, maxLength, pattern: "\\S" });
}

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** Keystone's resource option of domains, projects and roles; null takes it away. */
export const immutableOption = Type.Optional(
  Type.Object({ immutable: Type.Optional(nullable(Type.Boolean())) }, { additionalProperties: false }),
);

export function immutableOf(options: Static<typeof immutableOption> | undefined): boolean | undefined {
  return options?.immutable === null ? false : options?.immutable;
}

/** Keystone: at most 80 tags, none with a comma or a slash. */
export const tagsSchema = Type.Array(Type.String({ minLength: 1, maxLength: 255, pattern: "^[^,/]*$" }), {
  maxItems: 80,
  uniqueItems: true,
});

/** A role by its id or by its name. */
export const roleRefSchema = Type.Object(
  { id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) },
  { minProperties: 1, maxProperties: 1, additionalProperties: false },
);

const reserved = new Set([
  "id",
  "links",
  "is_domain",
  "options",
  "password",
  "password_expires_at",
  "federated",
]);

/** What the body says beyond the attributes of its schema; Keystone keeps such ones as they are. */
export function extraOf(body: object, known: Readonly<Record<string, unknown>>): Extra {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !(key in known) && !reserved.has(key)));
}
