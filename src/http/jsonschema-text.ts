import type { TSchema } from "typebox";

/** What TypeBox's validator says of one mistake. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointers: into the schema, without the keyword, and into the value. */
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: unknown;
}

/**
 * What Python's jsonschema says of the mistake that it finds most telling, the one nearest to the top: the sentence, the
 * place in the schema, the place in the value; in one line, since clients show the last line of a message. The schema
 * itself, which Python prints too, is in the API's document.
 */
export function jsonschemaText(schema: TSchema, value: unknown, errors: readonly SchemaError[]): string {
  const error = mostTelling(errors);
  if (!error) return "";
  const found = at(value, error.instancePath);
  const broken = at(schema, error.schemaPath);
  const format = error.keyword === "pattern" ? formatOf(broken) : undefined;
  return [
    format === undefined ? sentence(error, broken, found) : `${shown(found)} is not a ${shown(format)}`,
    `Failed validating '${format === undefined ? error.keyword : "format"}' in schema${brackets(error.schemaPath)}`,
    `On instance${brackets(error.instancePath)}: ${shown(found)}`,
  ].join(" ");
}

/** The sentence alone, and the property that it is about, `meta.name`; undefined when it is about the whole. */
export function jsonschemaSentence(
  schema: TSchema,
  value: unknown,
  errors: readonly SchemaError[],
): { readonly sentence: string; readonly property: string | undefined } {
  const error = mostTelling(errors);
  if (!error) return { sentence: "does not fit", property: undefined };
  const path = segments(error.instancePath);
  return {
    sentence: sentence(error, at(schema, error.schemaPath), at(value, error.instancePath)),
    property: path.length === 0 ? undefined : path.join("."),
  };
}

/** As jsonschema.exceptions.best_match, which goes into alternatives only when one of them came further than the others. */
function mostTelling(errors: readonly SchemaError[]): SchemaError | undefined {
  const known = errors.filter((error) => error.keyword !== "boolean");
  const inAlternative = (error: SchemaError) => /\/anyOf\/\d+/.test(error.schemaPath);
  const depth = (error: SchemaError) => segments(error.instancePath).length;
  const outside = known.filter((error) => !inAlternative(error));
  const [best] = outside.toSorted(
    (left, right) =>
      depth(left) - depth(right) || Number(left.keyword === "anyOf") - Number(right.keyword === "anyOf"),
  );
  if (best?.keyword !== "anyOf") return best;
  const [first, second] = known
    .filter((error) => error.schemaPath.startsWith(`${best.schemaPath}/anyOf/`))
    .toSorted((left, right) => depth(right) - depth(left));
  return first && (!second || depth(first) > depth(second)) ? first : best;
}

/** What is a pattern here and a format of its own there: a UUID that may lack dashes. */
function formatOf(schema: unknown): string | undefined {
  return (schema as { "x-format"?: string } | undefined)?.["x-format"];
}

export function sentence(error: SchemaError, schema: unknown, value: unknown): string {
  const params = error.params as Readonly<Record<string, unknown>>;
  const text = shown(value);
  const limit = shown(params["limit"]);
  switch (error.keyword) {
    case "required":
      return `${shown((params["requiredProperties"] as readonly string[])[0])} is a required property`;
    case "additionalProperties":
      return additional(params["additionalProperties"] as readonly string[], schema);
    case "minimum":
      return `${text} is less than the minimum of ${limit}`;
    case "maximum":
      return `${text} is greater than the maximum of ${limit}`;
    case "minLength":
    case "minItems":
      return `${text} is too short`;
    case "maxLength":
    case "maxItems":
      return `${text} is too long`;
    case "minProperties":
      return `${text} does not have enough properties`;
    case "uniqueItems":
      return `${text} has non-unique elements`;
    case "type":
      return `${text} is not of type ${shown(params["type"])}`;
    case "pattern":
      return `${text} does not match ${shown(params["pattern"])}`;
    case "format":
      return `${text} is not a ${shown(params["format"])}`;
    case "const":
      return `${text} is not one of ${shown([params["allowedValue"]])}`;
    case "enum":
      return `${text} is not one of ${shown(params["allowedValues"])}`;
    default:
      return `${text} is not valid under any of the given schemas`;
  }
}

function additional(names: readonly string[], schema: unknown): string {
  const list = names.map(shown).join(", ");
  const patterns = Object.keys((schema as { patternProperties?: object }).patternProperties ?? {});
  if (patterns.length > 0) {
    const verb = names.length === 1 ? "does" : "do";
    return `${list} ${verb} not match any of the regexes: ${patterns.toSorted().map(shown).join(", ")}`;
  }
  return `Additional properties are not allowed (${list} ${names.length === 1 ? "was" : "were"} unexpected)`;
}

export function segments(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function brackets(pointer: string): string {
  return segments(pointer)
    .map((segment) => (/^\d+$/.test(segment) ? `[${segment}]` : `[${shown(segment)}]`))
    .join("");
}

export function at(from: unknown, pointer: string): unknown {
  let found = from;
  for (const key of segments(pointer))
    found = (found as Readonly<Record<string, unknown>> | undefined)?.[key];
  return found;
}

export const shownMostChars = 300;

/** As Python's repr, and no longer than a line or two. */
export function shown(value: unknown): string {
  const text = repr(value);
  return text.length > shownMostChars ? `${text.slice(0, shownMostChars)}…` : text;
}

function repr(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    return quote + value.replaceAll("\\", "\\\\").replaceAll(quote, `\\${quote}`) + quote;
  }
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{${Object.entries(value)
      .map(([key, each]) => `${repr(key)}: ${repr(each)}`)
      .join(", ")}}`;
  }
  return "None";
}
