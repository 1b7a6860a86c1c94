import { badRequest } from "./errors.ts";
import { normalizeUuid } from "./names.ts";

/** `required`: at least one trait of each list; `forbidden`: none of these. */
export interface TraitFilter {
  readonly required: readonly (readonly string[])[];
  readonly forbidden: readonly string[];
}

/** As `TraitFilter`, of aggregate uuids. */
export interface AggregateFilter {
  readonly required: readonly (readonly string[])[];
  readonly forbidden: readonly string[];
}

export const nothing: TraitFilter & AggregateFilter = { required: [], forbidden: [] };

/** `VCPU:2,MEMORY_MB:1024` → amounts by class. */
export function resourcesParse(text: string): Record<string, number> {
  const badlyFormed = (got: string) =>
    badRequest(
      "Badly formed resources parameter. Expected resources query string parameter in form: " +
        `?resources=VCPU:2,MEMORY_MB:1024. Got: ${got}.`,
    );
  if (text.trim() === "") throw badlyFormed("empty string");
  const result: Record<string, number> = {};
  for (const part of text.split(",")) {
    const [name, amountText, ...more] = part.split(":");
    if (name === undefined || amountText === undefined || more.length > 0) throw badlyFormed(part);
    if (!/^\s*[+-]?\d+\s*$/.test(amountText)) {
      throw badRequest(`Requested resource ${name} expected positive integer amount. Got: ${amountText}.`);
    }
    const amount = Number(amountText);
    if (amount < 1) throw badRequest(`Requested resource ${name} requires amount >= 1. Got: ${amount}.`);
    result[name] = amount;
  }
  return result;
}

export interface TraitSyntax {
  /** `!TRAIT`, since 1.22. */
  readonly forbidden: boolean;
  /** `in:A,B` and a repeated parameter, since 1.39; before it the last value counts. */
  readonly anyOf: boolean;
}

/** The values of one `required` parameter. */
export function traitsParse(values: readonly string[], syntax: TraitSyntax): TraitFilter {
  const parsed = (syntax.anyOf ? values : values.slice(-1)).map((value) =>
    value.startsWith("in:") ? anyOfParse(value, syntax) : allOfParse(value, syntax),
  );
  return {
    required: parsed.flatMap((filter) => filter.required),
    forbidden: parsed.flatMap((filter) => filter.forbidden),
  };
}

function anyOfParse(value: string, syntax: TraitSyntax): TraitFilter {
  const form = "in:HW_CPU_X86_VMX,CUSTOM_MAGIC";
  const wrong = (what: string) => badRequest(`Invalid query string parameters: ${what}. Got: ${value}`);
  if (!syntax.anyOf) throw wrong(`The format '${form}' only supported since microversion 1.39`);
  const names = value
    .slice(3)
    .split(",")
    .map((name) => name.trim());
  if (names.includes("")) throw emptyTrait(form, value);
  if (names.some((name) => name.startsWith("!"))) {
    throw wrong(`The format '${form}' does not support forbidden traits`);
  }
  return { required: [[...new Set(names)]], forbidden: [] };
}

function allOfParse(value: string, syntax: TraitSyntax): TraitFilter {
  const names = value.split(",").map((name) => name.trim());
  // Any number of exclamation marks counts as one (placement.util.normalize_traits_qs_param).
  const forbidden = names.filter((name) => name.startsWith("!")).map((name) => name.replace(/^!+/, ""));
  const form = syntax.forbidden ? "HW_CPU_X86_VMX,!CUSTOM_MAGIC" : "HW_CPU_X86_VMX,CUSTOM_MAGIC";
  if ([...names, ...forbidden].includes("")) throw emptyTrait(form, value);
  if (forbidden.length > 0 && !syntax.forbidden) {
    throw badRequest(
      `Invalid query string parameters: Expected 'required' parameter value of the form: ${form}. Got: ${value}`,
    );
  }
  return { required: names.filter((name) => !name.startsWith("!")).map((name) => [name]), forbidden };
}

function emptyTrait(form: string, value: string) {
  return badRequest(
    `Invalid query string parameters: Expected 'required' parameter value of the form: ${form}. ` +
      `Got an empty trait in: ${value}`,
  );
}

/** The required lists whose every trait is forbidden too: nothing could ever satisfy them. */
export function traitConflicts(filter: TraitFilter): string[] {
  return filter.required
    .filter((anyOf) => anyOf.every((trait) => filter.forbidden.includes(trait)))
    .map((anyOf) => [...anyOf].sort().join(", "));
}

export interface AggregateSyntax {
  /** The parameter may be repeated, since 1.24. */
  readonly repeated: boolean;
  /** `!uuid` and `!in:…`, since 1.32. */
  readonly forbidden: boolean;
}

/** The values of one `member_of` parameter, with the suffix of its group. */
export function aggregatesParse(
  values: readonly string[],
  syntax: AggregateSyntax,
  suffix = "",
): AggregateFilter {
  if (!syntax.repeated && values.length > 1) {
    throw badRequest(`Multiple member_of${suffix} parameters are not supported`);
  }
  const required: string[][] = [];
  const forbidden: string[] = [];
  for (const value of values) {
    const match = /^(!?)(in:)?(.*)$/s.exec(value);
    const [not, several, list] = [match?.[1] === "!", match?.[2] !== undefined, match?.[3] ?? ""];
    if (list.includes(",") && !several) {
      throw badRequest(
        "Multiple values for 'member_of' must be prefixed with the 'in:' or '!in:' keyword using the valid " +
          `microversion. Got: ${value}`,
      );
    }
    const uuids = list.split(",").map(aggregateUuid);
    if (!not) required.push(uuids);
    else if (syntax.forbidden) forbidden.push(...uuids);
    else {
      throw badRequest(
        `Forbidden member_of${suffix} parameters are not supported in the specified microversion`,
      );
    }
  }
  return { required, forbidden };
}

/** As it was written, because aggregates are kept as they were written. */
function aggregateUuid(text: string): string {
  if (normalizeUuid(text) !== undefined) return text;
  throw badRequest(
    "Invalid query string parameters: Expected 'member_of' parameter to contain valid UUID(s). " +
      `Got: ${text}`,
  );
}
