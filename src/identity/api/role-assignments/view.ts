import { unreachable } from "#base/errors.ts";
import type { IdentityCtx } from "../../app/context.ts";
import type { Assignment } from "../../domain/assignment.ts";

/** `names`: the request said `include_names`. */
export function assignmentView(ctx: IdentityCtx, assignment: Assignment, names: boolean): object {
  const { actor, role, priorRoleId, groupId } = assignment;
  const { id, name, domain } = actor;
  const v3 = `${ctx.baseUrl}/v3`;
  return {
    links: {
      assignment: `${v3}/${assignmentPath(assignment)}`,
      ...(groupId === undefined ? {} : { membership: `${v3}/groups/${groupId}/users/${id}` }),
      ...(priorRoleId === undefined
        ? {}
        : { prior_role: `${v3}/prior_role/${priorRoleId}/implies/${role.id}` }),
    },
    scope: {
      ...scopeView(assignment, names),
      ...(isInherited(assignment) ? { "OS-INHERIT:inherited_to": "projects" } : {}),
    },
    [actor.kind]: names ? { id, name, domain } : { id },
    role: names
      ? { id: role.id, name: role.name, ...(role.domain ? { domain: role.domain } : {}) }
      : { id: role.id },
  };
}

function isInherited({ inherited, inheritedFrom }: Assignment): boolean {
  return inherited || inheritedFrom !== undefined;
}

/** Where the grant was made from which this follows. */
function assignmentPath(one: Assignment): string {
  const { kind, id } = one.inheritedFrom ?? { kind: one.scopeKind, id: one.scopeId };
  const place = kind === "system" ? "system" : `${kind}s/${id}`;
  const actor = one.groupId === undefined ? `${one.actor.kind}s/${one.actor.id}` : `groups/${one.groupId}`;
  const path = `${place}/${actor}/roles/${one.priorRoleId ?? one.role.id}`;
  return isInherited(one) ? `OS-INHERIT/${path}/inherited_to_projects` : path;
}

function scopeView(assignment: Assignment, names: boolean): object {
  const { scopeId: id, scopeName: name, scopeDomain: domain } = assignment;
  switch (assignment.scopeKind) {
    case "system":
      return { system: { all: true } };
    case "domain":
      return { domain: names ? { id, name } : { id } };
    case "project":
      return { project: names ? { id, name, domain } : { id } };
    default:
      return unreachable(assignment.scopeKind);
  }
}
