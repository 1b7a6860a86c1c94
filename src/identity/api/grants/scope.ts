import type { Actor, AssignmentScope, Grant } from "../../domain/assignment.ts";
import { pathParam } from "../input.ts";

type Params = Readonly<Record<string, string>>;

/** The scope that the path names: `/projects/…`, `/domains/…`, else `/system/…`. */
function scopeOfPath(params: Params): AssignmentScope {
  const { project_id: projectId, domain_id: domainId } = params;
  if (projectId !== undefined) return { kind: "project", id: projectId };
  return domainId === undefined ? { kind: "system" } : { kind: "domain", id: domainId };
}

function actorOfPath(params: Params): Actor {
  const { group_id: groupId } = params;
  return groupId === undefined
    ? { kind: "user", id: pathParam(params, "user_id") }
    : { kind: "group", id: groupId };
}

/** Whose roles, and where: `inherited` is OS-INHERIT's `inherited_to_projects`. */
export function placeOfPath(params: Params, inherited: boolean): Omit<Grant, "roleId"> {
  return { actor: actorOfPath(params), scope: scopeOfPath(params), inherited };
}

export function grantOfPath(params: Params, inherited: boolean): Grant {
  return { ...placeOfPath(params, inherited), roleId: pathParam(params, "role_id") };
}
