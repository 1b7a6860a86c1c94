import type { Project } from "../../domain/resources.ts";

interface TagQuery {
  readonly tags?: string;
  readonly "tags-any"?: string;
  readonly "not-tags"?: string;
  readonly "not-tags-any"?: string;
}

/** Keystone's four filters by tags: with all or any of those named, or without all or any of them. */
export function tagFilter(query: TagQuery): (project: Pick<Project, "tags">) => boolean {
  const [all, any, notAll, notAny] = (["tags", "tags-any", "not-tags", "not-tags-any"] as const).map((key) =>
    query[key]?.split(","),
  );
  return ({ tags }) => {
    const has = (tag: string): boolean => tags.includes(tag);
    return (
      (all?.every(has) ?? true) &&
      (any?.some(has) ?? true) &&
      !(notAll?.every(has) ?? false) &&
      !(notAny?.some(has) ?? false)
    );
  };
}
