import { fits, type Schema } from "./schema-example.ts";

export interface Mistake {
  /** `server.name` */
  readonly where: string;
  readonly body: object;
}

type Json = Readonly<Record<string, unknown>>;

const unknownField = "x_unknown_field";
/** The first that is refused is the wrong type. */
const wrongValues = [{ x_wrong: { x: 1 } }, 12_345.5, [[]], true, "", null];

/** Where the schema lets fields pass that it does not name, `server.networks[]`; maps have no fields of their own. */
export function openPlaces(schema: Schema, path = ""): string[] {
  const below = (inner: Schema | undefined, name: string): string[] =>
    inner === undefined ? [] : openPlaces(inner, path === "" ? name : `${path}.${name}`);
  return [
    ...(schema.properties !== undefined && schema.additionalProperties !== false ? [path] : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => below(inner, name)),
    ...Object.entries(schema.patternProperties ?? {}).flatMap(([, inner]) => below(inner, "*")),
    ...(schema.anyOf ?? []).flatMap((inner) => openPlaces(inner, path)),
    ...below(schema.items, "[]"),
  ];
}

/** The body with a field that there is not, once in each object of it that is closed. */
export function unknownFields(schema: Schema, example: object): Mistake[] {
  return objectsIn(example)
    .map((path) => ({
      where: [...path, unknownField].join("."),
      body: changed(example, [...path, unknownField], "surprise") as object,
    }))
    .filter(({ body }) => !fits(schema, body));
}

/** The body with each field in turn, also those it may have, of a type that is refused. */
export function wrongTypes(schema: Schema, example: object): Mistake[] {
  return fieldsOf(schema, example, []).flatMap((path) => {
    const bodies = wrongValues.map((value) => changed(example, path, value) as object);
    const body = bodies.find((candidate) => !fits(schema, candidate));
    return body ? [{ where: path.join("."), body }] : [];
  });
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Paths of all objects, the whole first; what lies in lists is left out. */
function objectsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (!isObject(value)) return [];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => objectsIn(inner, [...path, key]))];
}

/** Paths of all fields that the schema names on the way of the example. */
function fieldsOf(schema: Schema, value: unknown, path: readonly string[]): (readonly string[])[] {
  if (!isObject(value)) return [];
  const of = schema.anyOf?.find((one) => fits(one, value)) ?? schema;
  const named = Object.entries(of.properties ?? {}).flatMap(([key, inner]) => [
    [...path, key],
    ...fieldsOf(inner, value[key], [...path, key]),
  ]);
  const patterned = Object.entries(of.patternProperties ?? {}).flatMap(([pattern, inner]) =>
    Object.keys(value)
      .filter((key) => new RegExp(pattern, "u").test(key))
      .flatMap((key) => [[...path, key], ...fieldsOf(inner, value[key], [...path, key])]),
  );
  return [...named, ...patterned];
}

function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  const object = isObject(value) ? value : {};
  return { ...object, [key]: changed(object[key], rest, to) };
}
