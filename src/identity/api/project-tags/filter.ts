import type { TagFilter } from "../../domain/project-tags.ts";

export const tagFilterNames = ["tags", "tags-any", "not-tags", "not-tags-any"] as const;

export function tagFilterOf(
  query: Readonly<Partial<Record<(typeof tagFilterNames)[number], string>>>,
): TagFilter {
  return {
    all: query.tags?.split(","),
    any: query["tags-any"]?.split(","),
    notAll: query["not-tags"]?.split(","),
    notAny: query["not-tags-any"]?.split(","),
  };
}
