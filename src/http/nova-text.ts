import type { TSchema } from "typebox";
import { at, segments, sentence, shown, shownMostChars, type SchemaError } from "./jsonschema-text.ts";

/**
 * The first mistake in Nova's words (nova.api.validation.validators): the last name on the way to it, the value, and jsonschema's
 * sentence; that alone when it is about the whole. Among alternatives the one of the value's own type is what Nova's schemas name
 * together with its rules: `{"type": ["string", "null"], "maxLength": 255}`.
 */
export function novaText(schema: TSchema, value: unknown, errors: readonly SchemaError[]): string {
  const error = firstOf(errors, "");
  if (!error) return "The body does not fit.";
  const found = at(value, error.instancePath);
  const broken = at(schema, error.schemaPath);
  const said = error.keyword === "anyOf" ? novaAlternatives(broken, found) : undefined;
  const text = said ?? sentence(error, broken, found);
  const name = segments(error.instancePath).at(-1);
  if (name === undefined) return text;
  const plain = typeof found === "string" && found.length <= shownMostChars ? found : shown(found);
  return `Invalid input for field/attribute ${name}. Value: ${plain}. ${text}`;
}

/** `within`: the schema path of the alternative that is looked at. */
function firstOf(errors: readonly SchemaError[], within: string): SchemaError | undefined {
  const inside = errors.filter(
    ({ schemaPath, keyword }) => schemaPath.startsWith(within) && keyword !== "boolean",
  );
  const first =
    inside.find(({ schemaPath }) => !/\/anyOf\/\d+/.test(schemaPath.slice(within.length))) ??
    alternativesOf(inside, within);
  if (first?.keyword !== "anyOf") return first;
  const alternatives = new Map<string, boolean>();
  const prefix = `${first.schemaPath}/anyOf/`;
  for (const { schemaPath, keyword, instancePath } of inside) {
    if (!schemaPath.startsWith(prefix)) continue;
    const key = prefix + (schemaPath.slice(prefix.length).split("/")[0] ?? "");
    const foreign = instancePath === first.instancePath && (keyword === "type" || keyword === "const");
    alternatives.set(key, foreign || alternatives.get(key) === true);
  }
  const [own, second] = [...alternatives].filter(([, foreign]) => !foreign);
  return own !== undefined && second === undefined ? (firstOf(inside, own[0]) ?? first) : first;
}

/** The validator says no more than eight things, and may have come to nothing but what is wrong with each alternative. */
function alternativesOf(inside: readonly SchemaError[], within: string): SchemaError | undefined {
  const [one] = inside;
  if (one === undefined) return undefined;
  const end = one.schemaPath.slice(within.length).search(/\/anyOf\/\d+/);
  const [{ instancePath } = one] = inside.toSorted(
    (left, right) => left.instancePath.length - right.instancePath.length,
  );
  return {
    keyword: "anyOf",
    schemaPath: one.schemaPath.slice(0, within.length + end),
    instancePath,
    params: {},
  };
}

type Alternative = Readonly<Record<string, unknown>> & { readonly anyOf?: readonly Alternative[] };

const flat = (schema: Alternative): readonly Alternative[] => schema.anyOf?.flatMap(flat) ?? [schema];

function novaAlternatives(schema: unknown, value: unknown): string | undefined {
  const anyOf = flat(schema as Alternative);
  const all = (key: string): boolean => anyOf.every((alternative) => alternative[key] !== undefined);
  if (all("const"))
    return `${shown(value)} is not one of ${shown(anyOf.map((alternative) => alternative["const"]))}`;
  if (all("type")) return `${shown(value)} is not of type ${anyOf.map(({ type }) => shown(type)).join(", ")}`;
  return undefined;
}
