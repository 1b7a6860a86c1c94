/** How the text of one option becomes its value. */
export interface Option<T> {
  /** Undefined when the text is not allowed. */
  readonly parse: (text: string) => T | undefined;
  /** In words, for the message: "an integer from 1 to 65535". */
  readonly allowed: string;
  /** What OpenStack allows and this version does not, by its name; the message says so. */
  readonly notYet?: readonly string[] | undefined;
  readonly default: T;
}

/** Option name → option: one section of sealstone.conf. */
export type Section = Readonly<Record<string, Option<unknown>>>;

export type SectionValues<S extends Section> = { readonly [Name in keyof S]: S[Name]["default"] };

export function text<T extends string | undefined>(fallback: T): Option<string | T> {
  return { parse: (value) => (value === "" ? undefined : value), allowed: "a text", default: fallback };
}

const words = new Map([
  ...["1", "true", "yes", "on"].map((word) => [word, true] as const),
  ...["0", "false", "no", "off"].map((word) => [word, false] as const),
]);

export function boolean(fallback: boolean): Option<boolean> {
  return { parse: (value) => words.get(value.toLowerCase()), allowed: "True or False", default: fallback };
}

export function integer<T extends number | undefined>(
  fallback: T,
  least: number,
  most: number,
): Option<number | T> {
  const parse = (value: string): number | undefined => {
    const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
    return number >= least && number <= most ? number : undefined;
  };
  return { parse, allowed: `an integer from ${least} to ${most}`, default: fallback };
}

export function ratio(fallback: number): Option<number> {
  const parse = (value: string): number | undefined => {
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    return number > 0 ? number : undefined;
  };
  return { parse, allowed: "a number above 0", default: fallback };
}

export function choice<const T extends string>(
  fallback: T | undefined,
  values: readonly T[],
  notYet?: readonly string[],
): Option<T | undefined> {
  return {
    parse: (value) => values.find((candidate) => candidate === value),
    allowed: values.length === 1 ? `only "${values[0] ?? ""}"` : `one of: ${values.join(", ")}`,
    notYet,
    default: fallback,
  };
}

/** Comma-separated. */
export function choices<const T extends string>(
  fallback: readonly T[],
  values: readonly T[],
  notYet?: readonly string[],
): Option<readonly T[]> {
  const parse = (value: string): readonly T[] | undefined => {
    const found = value.split(",").map((part) => values.find((candidate) => candidate === part.trim()));
    return found.every((entry) => entry !== undefined) ? found : undefined;
  };
  return { parse, allowed: `a comma-separated list of: ${values.join(", ")}`, notYet, default: fallback };
}
