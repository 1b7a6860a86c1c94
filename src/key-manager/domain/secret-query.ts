import { CloudError } from "#base/errors.ts";
import { isoTimeParse } from "./iso-time.ts";
import { pageParse, wholeNumber, type Page } from "./page.ts";

/** Query parameters of a list, as they came. */
export type SecretListParameters = Readonly<
  Partial<
    Record<
      | "name"
      | "limit"
      | "offset"
      | "alg"
      | "bits"
      | "mode"
      | "secret_type"
      | "sort"
      | "created"
      | "updated"
      | "expiration"
      | "acl_only",
      string | undefined
    >
  >
>;

const sortKeys = [
  "algorithm",
  "bit_length",
  "created",
  "expiration",
  "mode",
  "name",
  "secret_type",
  "status",
  "updated",
] as const;
export type SortKey = (typeof sortKeys)[number];

export interface TimeFilter {
  readonly key: "created" | "updated" | "expiration";
  readonly operator: "<" | "<=" | ">" | ">=" | "=";
  readonly timeMs: number;
}

export interface SecretQuery extends Page {
  readonly name: string | undefined;
  readonly algorithm: string | undefined;
  readonly bitLength: number | undefined;
  readonly mode: string | undefined;
  readonly secretType: string | undefined;
  readonly times: readonly TimeFilter[];
  readonly sort: readonly { readonly key: SortKey; readonly direction: "asc" | "desc" }[];
  /** Only secrets, of any project, whose ACL names the caller. */
  readonly aclOnly: boolean;
}

/** As Barbican reads them: nonsense in numbers means the default, nonsense in times and sorting is refused. */
export function secretQueryParse(parameters: SecretListParameters): SecretQuery {
  const bits = wholeNumber(parameters.bits) ?? 0;
  return {
    ...pageParse(parameters),
    name: given(parameters.name),
    algorithm: given(parameters.alg),
    bitLength: bits > 0 ? bits : undefined,
    mode: given(parameters.mode),
    secretType: given(parameters.secret_type),
    times: (["created", "updated", "expiration"] as const).flatMap((key) =>
      timeFilters(key, given(parameters[key])),
    ),
    sort: sorting(given(parameters.sort)),
    aclOnly: parameters.acl_only?.toLowerCase() === "true",
  };
}

function given(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

const operators = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

/** `gte:2026-11-22T10:00:00,lt:2026-12-01`: at most one lower and one upper bound, or one exact time. */
function timeFilters(key: TimeFilter["key"], text: string | undefined): readonly TimeFilter[] {
  if (text === undefined) return [];
  const filters = text.split(",").map((part): TimeFilter => {
    const [, prefix, time = ""] = /^(?:(gte|gt|lte|lt):)?(.*)$/.exec(part) ?? [];
    const timeMs = isoTimeParse(time);
    if (timeMs === undefined) throw badQuery();
    return {
      key,
      operator: prefix === undefined ? "=" : operators[prefix as keyof typeof operators],
      timeMs,
    };
  });
  const directions = filters.map(({ operator }) => operator.charAt(0));
  if (new Set(directions).size < directions.length) throw badQuery();
  if (directions.includes("=") && directions.length > 1) throw badQuery();
  return filters;
}

/** `created:desc,name`. */
function sorting(text: string | undefined): SecretQuery["sort"] {
  if (text === undefined) return [];
  const parsed = text.split(",").map((part) => {
    const [name, direction = "asc", ...rest] = part.split(":");
    const key = sortKeys.find((known) => known === name);
    if (!key || rest.length > 0 || (direction !== "asc" && direction !== "desc")) throw badQuery();
    return { key, direction } as const;
  });
  if (new Set(parsed.map(({ key }) => key)).size < parsed.length) throw badQuery();
  return parsed;
}

function badQuery(): CloudError {
  return new CloudError("invalid", "URI provided invalid query string parameters.");
}
