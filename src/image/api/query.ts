import { Type } from "typebox";
import type { QueryParameters } from "../domain/image-list-query.ts";

/** Of lists whose parameters are read by the domain. */
export const listQuery = Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())]));

/** A link to another page of the list, relative to the service's root, as Glance's links are. */
export function pageLink(path: string, parameters: QueryParameters): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`;
}
