import { isDeepStrictEqual } from "node:util";

/** JSON schema as plain data. */
export type Json = { readonly [key: string]: unknown };

/** What holds from one microversion to another, both included; undefined: without a bound. */
export interface Versioned<Value> {
  readonly min: string | undefined;
  readonly max: string | undefined;
  readonly value: Value;
}

/**
 * One schema for all microversions, oldest first: what does not hold at all of them says where it does, in
 * `x-openstack` (`min-ver`, `max-ver`, `required-since`, `required-until`). What changed otherwise stands in a `oneOf`.
 */
export function schemaMerge(versions: readonly Versioned<Json>[]): Json {
  const different = runs(versions);
  const [only, second] = different;
  if (only === undefined) return {};
  if (second === undefined) return bounded(only);
  if (different.every(({ value }) => sameBut(value, only.value, ["properties", "required"])))
    return fieldsMerge(different);
  if (different.every(({ value }) => sameBut(value, only.value, ["patternProperties"])))
    return mapMerge(different);
  return { oneOf: different.map((each) => bounded(each)) };
}

/** The microversion before; all bounds have the same major one. */
export function versionBefore(version: string): string {
  const [major = "", minor = ""] = version.split(".");
  return `${major}.${Number(minor) - 1}`;
}

/** Neighbours that say the same are one. */
function runs(versions: readonly Versioned<Json>[]): Versioned<Json>[] {
  const list: Versioned<Json>[] = [];
  for (const next of versions) {
    const last = list.at(-1);
    const follows = next.min !== undefined && last?.max === versionBefore(next.min);
    if (last && follows && isDeepStrictEqual(last.value, next.value))
      list.splice(-1, 1, { ...last, max: next.max });
    else list.push(next);
  }
  return list;
}

function bounded({ min, max, value }: Versioned<Json>): Json {
  const bounds = {
    ...(min === undefined ? {} : { "min-ver": min }),
    ...(max === undefined ? {} : { "max-ver": max }),
  };
  return Object.keys(bounds).length === 0 ? value : { ...value, "x-openstack": bounds };
}

/** The first keyword is in both. */
function sameBut(left: Json, right: Json, keywords: readonly string[]): boolean {
  const [keyword = ""] = keywords;
  return (
    isObject(left[keyword]) &&
    isObject(right[keyword]) &&
    isDeepStrictEqual(without(left, keywords), without(right, keywords))
  );
}

function without(schema: Json, keywords: readonly string[]): Json {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !keywords.includes(keyword)));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}

function fieldsMerge(versions: readonly Versioned<Json>[]): Json {
  const [{ value: first, min: earliest } = { value: {}, min: undefined }] = versions;
  const latest = versions.at(-1)?.max;
  const fields = (schema: Json): Json => (schema["properties"] ?? {}) as Json;
  const requires = (schema: Json, name: string): boolean =>
    ((schema["required"] ?? []) as readonly string[]).includes(name);
  const names = [...new Set(versions.flatMap(({ value }) => Object.keys(fields(value))))];
  const always = names.filter((name) => versions.every(({ value }) => requires(value, name)));
  const properties = names.map((name) => {
    const having = versions.filter(({ value }) => name in fields(value));
    const merged = partMerge(versions, having, ({ value }) => fields(value)[name] as Json);
    const requiring = versions.filter(({ value }) => requires(value, name));
    const [since, until] = [requiring[0]?.min, requiring.at(-1)?.max];
    const note = {
      ...(since === undefined || since === earliest ? {} : { "required-since": since }),
      ...(until === undefined || until === latest ? {} : { "required-until": until }),
    };
    return [name, withNote(merged, note)] as const;
  });
  const whole = {
    ...without(first, ["properties", "required"]),
    ...(always.length > 0 ? { required: always } : {}),
    properties: Object.fromEntries(properties),
  };
  return bounded({ min: earliest, max: latest, value: whole });
}

/** Maps: the same for each pattern of a name. */
function mapMerge(versions: readonly Versioned<Json>[]): Json {
  const [{ value: first, min } = { value: {}, min: undefined }] = versions;
  const maps = (schema: Json): Json => schema["patternProperties"] as Json;
  const patterns = [...new Set(versions.flatMap(({ value }) => Object.keys(maps(value))))];
  const merged = patterns.map((pattern) => {
    const having = versions.filter(({ value }) => pattern in maps(value));
    return [pattern, partMerge(versions, having, ({ value }) => maps(value)[pattern] as Json)] as const;
  });
  const whole = { ...without(first, ["patternProperties"]), patternProperties: Object.fromEntries(merged) };
  return bounded({ min, max: versions.at(-1)?.max, value: whole });
}

/** A part needs no bound of its own as long as the whole is there. */
function partMerge(
  whole: readonly Versioned<Json>[],
  having: readonly Versioned<Json>[],
  part: (version: Versioned<Json>) => Json,
): Json {
  const [earliest, latest] = [whole[0]?.min, whole.at(-1)?.max];
  return schemaMerge(
    having.map((version) => ({
      min: version.min === earliest ? undefined : version.min,
      max: version.max === latest ? undefined : version.max,
      value: part(version),
    })),
  );
}

function withNote(schema: Json, note: Json): Json {
  if (Object.keys(note).length === 0) return schema;
  return { ...schema, "x-openstack": { ...(schema["x-openstack"] as Json | undefined), ...note } };
}
