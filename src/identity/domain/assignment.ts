import type { NamedRef } from "./token.ts";

export type AssignmentScope =
  | { readonly kind: "project"; readonly id: string }
  | { readonly kind: "domain"; readonly id: string }
  | { readonly kind: "system" };

/** Who may be given a role. */
export interface Actor {
  readonly kind: "user" | "group";
  readonly id: string;
}

/** The system is one; its assignments need some id in the table. */
const systemId = "all";

export function scopeId(scope: AssignmentScope): string {
  return scope.kind === "system" ? systemId : scope.id;
}

/** One role, given to one user or group on one scope. */
export interface Grant {
  readonly actor: Actor;
  readonly scope: AssignmentScope;
  readonly roleId: string;
  /** OS-INHERIT: holds on the projects below the scope, not on the scope itself. */
  readonly inherited: boolean;
}

type InDomain = NamedRef & { readonly domain: NamedRef };

/** A grant, or what follows from one, with the names that `include_names` shows. */
export interface Assignment {
  readonly scopeKind: AssignmentScope["kind"];
  readonly scopeId: string;
  readonly scopeName: string;
  /** Of a project only. */
  readonly scopeDomain: NamedRef | undefined;
  readonly actor: InDomain & Pick<Actor, "kind">;
  readonly role: NamedRef & { readonly domain: NamedRef | undefined };
  readonly inherited: boolean;
  /** The assigned role that implies this one, when this one was not assigned itself. */
  readonly priorRoleId: string | undefined;
  /** The group whose grant this is, when the actor is one of its users. */
  readonly groupId: string | undefined;
  /** Where an inherited grant was made, when the scope is a project below. */
  readonly inheritedFrom: { readonly kind: AssignmentScope["kind"]; readonly id: string } | undefined;
}

export interface Implication {
  readonly prior: NamedRef;
  readonly implied: NamedRef & { readonly domain: NamedRef | undefined };
}

/** What Keystone's `effective` needs to know to turn grants into the roles that users have. */
export interface EffectiveFacts {
  readonly implications: readonly Implication[];
  readonly members: ReadonlyMap<string, readonly InDomain[]>;
  /** The projects below a project or domain. */
  readonly below: (scopeId: string) => readonly InDomain[];
}

/** Groups become their users, inherited grants the projects below, roles also what they imply; each once. */
export function assignmentsEffective(
  assignments: readonly Assignment[],
  facts: EffectiveFacts,
): readonly Assignment[] {
  const placed = assignments.flatMap((one) => ofUsers(one, facts)).flatMap((one) => onProjects(one, facts));
  return withImplied(placed, facts.implications).filter(({ role }) => role.domain === undefined);
}

function ofUsers(one: Assignment, facts: EffectiveFacts): Assignment[] {
  if (one.actor.kind === "user") return [one];
  const groupId = one.actor.id;
  const members = facts.members.get(groupId) ?? [];
  return members.map((user) => ({ ...one, actor: { ...user, kind: "user" }, groupId }));
}

function onProjects(one: Assignment, facts: EffectiveFacts): Assignment[] {
  if (!one.inherited) return [one];
  const inheritedFrom = { kind: one.scopeKind, id: one.scopeId };
  return facts.below(one.scopeId).map((project) => ({
    ...one,
    inherited: false,
    inheritedFrom,
    scopeKind: "project",
    scopeId: project.id,
    scopeName: project.name,
    scopeDomain: project.domain,
  }));
}

function withImplied(
  assignments: readonly Assignment[],
  implications: readonly Implication[],
): readonly Assignment[] {
  const found = new Map<string, Assignment>();
  const key = (one: Assignment): string => [one.actor.id, one.scopeKind, one.scopeId, one.role.id].join(" ");
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
