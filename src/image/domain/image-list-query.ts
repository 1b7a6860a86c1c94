import { CloudError } from "#base/errors.ts";
import { parseFlag, parseTexts, parseTime, parseWhole, type TimeOperator } from "./filter-values.ts";
import type { ImageVisibility } from "./image.ts";
import { memberStatuses, type MemberStatus } from "./image-member.ts";

const sortKeys = [
  "name",
  "status",
  "container_format",
  "disk_format",
  "size",
  "id",
  "created_at",
  "updated_at",
] as const;
export type SortKey = (typeof sortKeys)[number];
export type SortDirection = "asc" | "desc";
export interface SortTerm {
  readonly key: SortKey;
  readonly direction: SortDirection;
}

const textAttributes = [
  "id",
  "name",
  "status",
  "owner",
  "disk_format",
  "container_format",
  "checksum",
  "os_hash_value",
] as const;
const numberAttributes = ["min_disk", "min_ram", "size", "virtual_size", "size_min", "size_max"] as const;
export type TextAttribute = (typeof textAttributes)[number];
export type NumberAttribute = (typeof numberAttributes)[number];

/** What a list asks for; every filter must hold. */
export interface ImageListQuery {
  readonly limit: number;
  readonly marker: string | undefined;
  readonly sort: readonly SortTerm[];
  /** Without it: what the caller owns or is public, but nobody else's community images. */
  readonly visibility: ImageVisibility | "all" | undefined;
  /** Of the images that others share with the caller: those whose offer it has answered so. */
  readonly memberStatus: MemberStatus | "all";
  readonly isHidden: boolean;
  readonly isProtected: boolean | undefined;
  readonly texts: readonly { readonly attribute: TextAttribute; readonly anyOf: readonly string[] }[];
  readonly numbers: readonly { readonly attribute: NumberAttribute; readonly value: number }[];
  readonly times: readonly {
    readonly attribute: "created_at" | "updated_at";
    readonly operator: TimeOperator;
    readonly timeMs: number;
  }[];
  readonly tags: readonly string[];
  readonly properties: readonly { readonly name: string; readonly value: string }[];
}

/** Attributes whose filter may begin with an operator; a value with a colon then needs `eq:`. */
const withOperator: ReadonlySet<TextAttribute> = new Set([
  "name",
  "id",
  "status",
  "container_format",
  "disk_format",
]);

export type QueryParameters = Readonly<Record<string, string | readonly string[]>>;

/** Glance's `limit_param_default` and `api_limit_max`. */
const defaultLimit = 25;
const maximumLimit = 1000;

const handled = new Set<string>([
  ...textAttributes,
  ...numberAttributes,
  "created_at",
  "updated_at",
  "limit",
  "marker",
  "sort",
  "sort_key",
  "sort_dir",
  "visibility",
  "os_hidden",
  "protected",
  "tag",
  "member_status",
]);

/** Reads the query of GET /v2/images (Image API reference, "List images"); throws `invalid`. */
export function parseImageListQuery(query: QueryParameters): ImageListQuery {
  if (Object.keys(query).length > 0) return parse(query);
  return (withoutQuery ??= parse(query));
}

/** What most ask, read once. */
let withoutQuery: ImageListQuery | undefined;

function parse(query: QueryParameters): ImageListQuery {
  const one = (name: string): string | undefined => valuesOf(query, name).at(-1);
  if (one("changes-since") !== undefined)
    throw invalid('The "changes-since" filter is no longer available on v2.');
  return {
    limit: parseLimit(one("limit")),
    marker: one("marker"),
    sort: parseSort(query),
    visibility: parseVisibility(one("visibility")),
    memberStatus: parseMemberFilter(one("member_status")),
    isHidden: parseFlag("os_hidden", one("os_hidden")) ?? false,
    isProtected: parseFlag("protected", one("protected")),
    texts: textAttributes.flatMap((attribute) => {
      const value = one(attribute);
      if (value === undefined) return [];
      return [{ attribute, anyOf: withOperator.has(attribute) ? parseTexts(value) : [value] }];
    }),
    numbers: numberAttributes.flatMap((attribute) => {
      const value = one(attribute);
      return value === undefined ? [] : [{ attribute, value: parseWhole(attribute, value) }];
    }),
    times: (["created_at", "updated_at"] as const).flatMap((attribute) =>
      valuesOf(query, attribute).map((value) => ({ attribute, ...parseTime(attribute, value) })),
    ),
    tags: valuesOf(query, "tag").map((tag) => tag.trim()),
    properties: Object.keys(query)
      .filter((name) => !handled.has(name))
      .flatMap((name) => valuesOf(query, name).map((value) => ({ name, value }))),
  };
}

function valuesOf(query: QueryParameters, name: string): readonly string[] {
  const value = query[name];
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

export function parseLimit(text: string | undefined): number {
  if (text === undefined) return defaultLimit;
  if (!/^[+-]?\d+$/.test(text)) throw invalid("limit param must be an integer");
  if (Number(text) < 0) throw invalid("limit param must be positive");
  return Math.min(Number(text), maximumLimit);
}

/** `sort=name:asc,size` or the older `sort_key=name&sort_dir=asc&…`; the id makes the order total. */
function parseSort(query: QueryParameters): readonly SortTerm[] {
  const modern = valuesOf(query, "sort").at(-1);
  const keys = valuesOf(query, "sort_key");
  const directions = valuesOf(query, "sort_dir").map(parseDirection);
  if (modern !== undefined && keys.length + directions.length > 0) {
    throw invalid("Old and new sorting syntax cannot be combined");
  }
  if (directions.length > 1 && directions.length !== keys.length) {
    throw invalid("Number of sort dirs does not match the number of sort keys");
  }
  const asked =
    modern === undefined
      ? keys.map((key, at) => sortTerm(key, directions[at] ?? directions[0]))
      : modern.split(",").map((part) => {
          const [key = "", direction] = part.split(":");
          return sortTerm(key, direction === undefined ? undefined : parseDirection(direction));
        });
  const terms: SortTerm[] = asked.length > 0 ? asked : [sortTerm("created_at", directions[0])];
  const direction = terms.at(-1)?.direction ?? "desc";
  for (const key of ["created_at", "id"] as const) {
    if (!terms.some((term) => term.key === key)) terms.push({ key, direction });
  }
  return terms;
}

function sortTerm(key: string, direction: SortDirection = "desc"): SortTerm {
  const known = sortKeys.find((candidate) => candidate === key.trim());
  if (known) return { key: known, direction };
  throw invalid(`Invalid sort key: ${key}. It must be one of the following: ${sortKeys.join(", ")}.`);
}

export function parseDirection(text: string): SortDirection {
  const direction = text.trim();
  if (direction === "asc" || direction === "desc") return direction;
  throw invalid(`Invalid sort direction: ${direction}`);
}

function parseVisibility(text: string | undefined): ImageListQuery["visibility"] {
  const known = (["community", "public", "private", "shared", "all"] as const).find(
    (value) => value === text,
  );
  if (text !== undefined && text !== "" && !known) throw invalid(`Invalid visibility value: ${text}`);
  return known;
}

function parseMemberFilter(text = "accepted"): ImageListQuery["memberStatus"] {
  const known = ([...memberStatuses, "all"] as const).find((value) => value === text);
  if (known) return known;
  throw invalid(`Invalid status: ${text}`);
}

function invalid(message: string): CloudError {
  return new CloudError("invalid", message);
}
