import type { NamedRef } from "./token.ts";

export type AssignmentScope =
  | { readonly kind: "project"; readonly id: string }
  | { readonly kind: "domain"; readonly id: string }
  | { readonly kind: "system" };

/** The system is one; its assignments need some id in the table. */
const systemId = "all";

export function scopeId(scope: AssignmentScope): string {
  return scope.kind === "system" ? systemId : scope.id;
}

/** One role, given to one user on one scope. */
export interface Grant {
  readonly userId: string;
  readonly scope: AssignmentScope;
  readonly roleId: string;
}

/** A role that a user has on a scope, with the names that `include_names` shows. */
export interface Assignment {
  readonly scopeKind: AssignmentScope["kind"];
  readonly scopeId: string;
  readonly scopeName: string;
  /** Of a project only. */
  readonly scopeDomain: NamedRef | undefined;
  readonly user: NamedRef & { readonly domain: NamedRef };
  readonly role: NamedRef;
  /** The assigned role that implies this one, when this one was not assigned itself. */
  readonly priorRoleId: string | undefined;
}

export interface Implication {
  readonly prior: NamedRef;
  readonly implied: NamedRef;
}

/** Adds what the assigned roles imply, each role once for a user and scope (Keystone's `effective`). */
export function assignmentsExpand(
  assignments: readonly Assignment[],
  implications: readonly Implication[],
): readonly Assignment[] {
  const found = new Map<string, Assignment>();
  const key = (one: Assignment): string => [one.user.id, one.scopeKind, one.scopeId, one.role.id].join(" ");
  for (const assigned of assignments) found.set(key(assigned), assigned);
  for (const assigned of assignments) {
    const pending = [assigned.role.id];
    for (let roleId = pending.pop(); roleId !== undefined; roleId = pending.pop()) {
      for (const { prior, implied } of implications) {
        if (prior.id !== roleId) continue;
        const next = { ...assigned, role: implied, priorRoleId: assigned.role.id };
        if (found.has(key(next))) continue;
        found.set(key(next), next);
        pending.push(implied.id);
      }
    }
  }
  return [...found.values()];
}
