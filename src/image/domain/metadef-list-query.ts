import { CloudError } from "#base/errors.ts";
import { parseDirection, parseLimit, type QueryParameters, type SortDirection } from "./image-list-query.ts";
import type { MetadefVisibility } from "./metadef.ts";

const namespaceSortKeys = [
  "created_at",
  "updated_at",
  "namespace",
  "display_name",
  "description",
  "visibility",
  "owner",
  "protected",
] as const;
export type NamespaceSortKey = (typeof namespaceSortKeys)[number];

const partSortKeys = ["created_at", "updated_at", "name"] as const;
export type PartSortKey = (typeof partSortKeys)[number];

export interface MetadefPageQuery<SortKey extends string> {
  /** Undefined: all. */
  readonly limit: number | undefined;
  /** The name of the last one before. */
  readonly marker: string | undefined;
  readonly sortKey: SortKey;
  readonly direction: SortDirection;
}

export interface NamespaceListQuery extends MetadefPageQuery<NamespaceSortKey> {
  readonly limit: number;
  readonly visibility: MetadefVisibility | undefined;
  /** Associated with any of these; undefined: whatever. */
  readonly resourceTypes: readonly string[] | undefined;
}

/** Reads the query of GET /v2/metadefs/namespaces; throws `invalid`. */
export function parseNamespaceListQuery(query: QueryParameters): NamespaceListQuery {
  const types = lastOf(query, "resource_types");
  return {
    ...parsePage(query, namespaceSortKeys),
    limit: parseLimit(lastOf(query, "limit")),
    visibility: parseVisibility(lastOf(query, "visibility")),
    resourceTypes: types === undefined ? undefined : types.split(","),
  };
}

/** Reads the query of a list of objects or tags; throws `invalid`. */
export function parsePartListQuery(query: QueryParameters): MetadefPageQuery<PartSortKey> {
  return parsePage(query, partSortKeys);
}

function parsePage<Key extends string>(
  query: QueryParameters,
  sortKeys: readonly Key[],
): MetadefPageQuery<Key> {
  const asked = lastOf(query, "sort_key") ?? "created_at";
  const sortKey = sortKeys.find((key) => key === asked);
  if (sortKey === undefined) {
    throw new CloudError(
      "invalid",
      `Invalid sort key: ${asked}. It must be one of the following: ${sortKeys.join(", ")}.`,
    );
  }
  const limit = lastOf(query, "limit");
  return {
    limit: limit === undefined ? undefined : parseLimit(limit),
    marker: lastOf(query, "marker"),
    sortKey,
    direction: parseDirection(lastOf(query, "sort_dir") ?? "desc"),
  };
}

function lastOf(query: QueryParameters, name: string): string | undefined {
  return [query[name] ?? []].flat().at(-1);
}

function parseVisibility(text: string | undefined): MetadefVisibility | undefined {
  const known = (["public", "private"] as const).find((value) => value === text);
  if (text !== undefined && text !== "" && !known)
    throw new CloudError("invalid", `Invalid visibility value: ${text}`);
  return known;
}
