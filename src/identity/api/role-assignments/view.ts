import { unreachable } from "#base/errors.ts";
import type { IdentityCtx } from "../../app/context.ts";
import type { Assignment } from "../../domain/assignment.ts";

/** `names`: the request said `include_names`. */
export function assignmentView(ctx: IdentityCtx, assignment: Assignment, names: boolean): object {
  const { user, role } = assignment;
  const { place, scope } = scopeView(assignment, names);
  const v3 = `${ctx.baseUrl}/v3`;
  const { priorRoleId } = assignment;
  return {
    links: {
      assignment: `${v3}/${place}/users/${user.id}/roles/${priorRoleId ?? role.id}`,
      ...(priorRoleId === undefined
        ? {}
        : { prior_role: `${v3}/prior_role/${priorRoleId}/implies/${role.id}` }),
    },
    scope,
    user: names ? user : { id: user.id },
    role: names ? role : { id: role.id },
  };
}

function scopeView(assignment: Assignment, names: boolean): { place: string; scope: object } {
  const { scopeId: id, scopeName: name, scopeDomain: domain } = assignment;
  switch (assignment.scopeKind) {
    case "system":
      return { place: "system", scope: { system: { all: true } } };
    case "domain":
      return { place: `domains/${id}`, scope: { domain: names ? { id, name } : { id } } };
    case "project":
      return { place: `projects/${id}`, scope: { project: names ? { id, name, domain } : { id } } };
    default:
      return unreachable(assignment.scopeKind);
  }
}
