import type { Db } from "#db/index.ts";
import type { Caller } from "#http/index.ts";
import { assignmentsEffective, scopeId, type Assignment, type EffectiveFacts } from "../domain/assignment.ts";
import type { NamedRef } from "../domain/token.ts";
import { assignmentList, type AssignmentFilter } from "../store/assignments.ts";
import { domainList } from "../store/domains.ts";
import { membershipList } from "../store/groups.ts";
import { projectFind, projectList } from "../store/projects.ts";
import { implicationList } from "../store/roles.ts";
import type { IdentityCtx } from "./context.ts";

export interface AssignmentQuestion extends AssignmentFilter {
  /** With the projects below the project that is the scope. */
  readonly subtree: boolean;
}

/** Of a tree of projects the rule asks for the domain that the tree is in. */
export async function assignmentListEnforce(
  ctx: IdentityCtx,
  { scope, subtree }: AssignmentQuestion,
): Promise<void> {
  if (!subtree) {
    ctx.enforce("identity:list_role_assignments", { "target.domain_id": ctx.caller.domainId });
    return;
  }
  const top = scope?.kind === "project" ? await projectFind(ctx.deps.database.db, scope.id) : undefined;
  ctx.enforce("identity:list_role_assignments_for_tree", { "target.domain_id": top?.domainId });
}

/** With a token for a domain only what was given on it and on its projects is shown. */
export function inDomainOf({ domainId }: Pick<Caller, "domainId">): (one: Assignment) => boolean {
  if (domainId === undefined) return () => true;
  return ({ scopeKind, scopeId: id, scopeDomain }) =>
    scopeKind === "domain" ? id === domainId : scopeDomain?.id === domainId;
}

/** The grants as they were made. */
export async function assignmentListGiven(
  ctx: IdentityCtx,
  question: AssignmentQuestion,
): Promise<readonly Assignment[]> {
  const { db } = ctx.deps.database;
  const { scope, subtree, ...rest } = question;
  if (!subtree) return assignmentList(db, { ...rest, scope });
  const isInScope = await scopeFilter(db, question);
  return (await assignmentList(db, rest)).filter(isInScope);
}

/** The roles that users have: by groups, by inheritance, by implication. The question is about those. */
export async function assignmentListEffective(
  ctx: IdentityCtx,
  question: AssignmentQuestion,
): Promise<readonly Assignment[]> {
  const { db } = ctx.deps.database;
  const { actor, roleId, inherited } = question;
  const isInScope = await scopeFilter(db, question);
  const found = assignmentsEffective(await assignmentList(db, {}), await effectiveFacts(db));
  return found
    .filter((one) => actor === undefined || one.actor.id === actor.id)
    .filter((one) => roleId === undefined || one.role.id === roleId)
    .filter((one) => inherited === undefined || (one.inheritedFrom !== undefined) === inherited)
    .filter(isInScope);
}

type IsInScope = (one: Pick<Assignment, "scopeKind" | "scopeId">) => boolean;

async function scopeFilter(db: Db, { scope, subtree }: AssignmentQuestion): Promise<IsInScope> {
  if (scope === undefined) return () => true;
  const ids = new Set([scopeId(scope)]);
  if (subtree) for (const { id } of (await projectsBelow(db))(scopeId(scope))) ids.add(id);
  return (one) => one.scopeKind === scope.kind && ids.has(one.scopeId);
}

async function effectiveFacts(db: Db): Promise<EffectiveFacts> {
  const members = new Map<string, (NamedRef & { domain: NamedRef })[]>();
  for (const { groupId, id, name, domainId, domainName } of await membershipList(db)) {
    const user = { id, name, domain: { id: domainId, name: domainName } };
    members.set(groupId, [...(members.get(groupId) ?? []), user]);
  }
  return { implications: await implicationList(db), members, below: await projectsBelow(db) };
}

async function projectsBelow(db: Db): Promise<EffectiveFacts["below"]> {
  const domains = new Map((await domainList(db)).map(({ id, name }) => [id, { id, name }]));
  const children = new Map<string, (NamedRef & { domain: NamedRef })[]>();
  for (const { id, name, parentId, domainId } of await projectList(db)) {
    const domain = domains.get(domainId) ?? { id: domainId, name: "" };
    children.set(parentId, [...(children.get(parentId) ?? []), { id, name, domain }]);
  }
  const below: EffectiveFacts["below"] = (id) =>
    (children.get(id) ?? []).flatMap((child) => [child, ...below(child.id)]);
  return below;
}
