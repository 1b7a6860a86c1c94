import type { AssignmentScope, Grant } from "../../domain/assignment.ts";
import { pathParam } from "../input.ts";

type Params = Readonly<Record<string, string>>;

/** The scope that the path names: `/projects/…`, `/domains/…`, else `/system/…`. */
export function scopeOfPath(params: Params): AssignmentScope {
  const { project_id: projectId, domain_id: domainId } = params;
  if (projectId !== undefined) return { kind: "project", id: projectId };
  return domainId === undefined ? { kind: "system" } : { kind: "domain", id: domainId };
}

export function grantOfPath(params: Params): Grant {
  return {
    userId: pathParam(params, "user_id"),
    roleId: pathParam(params, "role_id"),
    scope: scopeOfPath(params),
  };
}
