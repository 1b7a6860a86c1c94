import type { Implication } from "./assignment.ts";

/** These roles and all that they imply. */
export function rolesExpand(roleIds: Iterable<string>, implications: readonly Implication[]): Set<string> {
  const found = new Set(roleIds);
  const pending = [...found];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const { prior, implied } of implications) {
      if (prior.id !== id || found.has(implied.id)) continue;
      found.add(implied.id);
      pending.push(implied.id);
    }
  }
  return found;
}
