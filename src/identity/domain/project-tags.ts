export interface TagFilter {
  /** All of these. */
  readonly all?: readonly string[] | undefined;
  /** At least one of these. */
  readonly any?: readonly string[] | undefined;
  /** Not all of these at once. */
  readonly notAll?: readonly string[] | undefined;
  /** None of these. */
  readonly notAny?: readonly string[] | undefined;
}

/** Keystone's `tags`, `tags-any`, `not-tags` and `not-tags-any`: whoever gives several asks for all of them. */
export function tagsFit(tags: readonly string[], filter: TagFilter): boolean {
  const has = (tag: string): boolean => tags.includes(tag);
  const { all, any, notAll, notAny } = filter;
  if (all && !all.every(has)) return false;
  if (any && !any.some(has)) return false;
  if (notAll?.every(has)) return false;
  return !notAny?.some(has);
}
