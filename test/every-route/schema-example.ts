import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";

/** What a walk needs of JSON schema. */
export interface Schema {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
}

type Json = Readonly<Record<string, unknown>>;

const uuid = "6f1e4b52-3a55-4b0e-9d5c-2f3c1f6f8a10";
/** The first that a schema's pattern, format and length let pass is the example of a text. */
const texts = [
  "example",
  "EXAMPLE",
  "CUSTOM_EXAMPLE",
  uuid,
  uuid.replaceAll("-", ""),
  "1",
  "a",
  "10.0.0.1",
  "::1",
  "10.0.0.0/24",
  "2030-01-01T00:00:00Z",
  "2030-01-01T00:00:00.000000Z",
  "http://example.org/",
  "fa:16:3e:00:00:01",
  "/example",
  "",
];

const checks = new WeakMap<Schema, (value: unknown) => boolean>();

export function fits(schema: Schema, value: unknown): boolean {
  let check = checks.get(schema);
  if (check === undefined) {
    const compiled = Compile(schema as TSchema);
    check = (candidate) => compiled.Check(candidate);
    checks.set(schema, check);
  }
  return check(value);
}

/** Values for fields of these names, where the schema lets them pass. */
export type Known = Readonly<Record<string, unknown>>;

/** A value that the schema lets pass, with as little as it requires; undefined when none is found. */
export function exampleOf(schema: Schema, known: Known = {}): unknown {
  return candidates(schema, known).find((value) => fits(schema, value));
}

function candidates(schema: Schema, known: Known): unknown[] {
  if ("const" in schema) return [schema.const];
  if (schema.enum) return [...schema.enum];
  if (schema.anyOf) return schema.anyOf.flatMap((one) => candidates(one, known));
  const types = typeof schema.type === "string" ? [schema.type] : (schema.type ?? ["object"]);
  return types.flatMap((type) => candidatesOfType(schema, type, known));
}

function candidatesOfType(schema: Schema, type: string, known: Known): unknown[] {
  if (type === "object")
    return [schema.required ?? [], someOf(schema)].map((names) => objectOf(schema, names, known));
  if (type === "array")
    return [Array.from({ length: schema.minItems ?? 0 }, () => exampleOf(schema.items ?? {}, known))];
  if (type === "integer" || type === "number")
    return [1, schema.minimum, schema.maximum].filter((n) => n !== undefined);
  if (type === "boolean") return [true, false];
  return type === "string" ? texts : [null];
}

/** Of an object that may not be empty: a first property. */
function someOf(schema: Schema): readonly string[] {
  const [first] = Object.keys(schema.properties ?? {});
  return first === undefined ? [] : [...(schema.required ?? []), first];
}

function objectOf(schema: Schema, names: readonly string[], known: Known): Json {
  const named = names.map((name) => [name, fieldOf(schema.properties?.[name] ?? {}, name, known)] as const);
  const object = Object.fromEntries(named);
  if (Object.keys(object).length >= (schema.minProperties ?? 0)) return object;
  const [[pattern, value] = []] = Object.entries(schema.patternProperties ?? {});
  const key = texts.find((text) => pattern !== undefined && new RegExp(pattern, "u").test(text));
  return key === undefined || value === undefined ? object : { ...object, [key]: exampleOf(value, known) };
}

function fieldOf(schema: Schema, name: string, known: Known): unknown {
  return name in known && fits(schema, known[name]) ? known[name] : exampleOf(schema, known);
}
