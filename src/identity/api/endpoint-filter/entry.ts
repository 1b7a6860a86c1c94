import type { EndpointFilterEntry } from "../../store/endpoint-filters.ts";
import { pathParam } from "../input.ts";

type Params = Readonly<Record<string, string>>;
type Target = Omit<EndpointFilterEntry, "projectId">;

/** The endpoint or endpoint group that the path names, with where it stands below `/v3/OS-EP-FILTER/`. */
export function targetOfPath(params: Params): Target & { readonly path: string } {
  const { endpoint_group_id: groupId } = params;
  if (groupId !== undefined) return { kind: "group", targetId: groupId, path: `endpoint_groups/${groupId}` };
  const targetId = pathParam(params, "endpoint_id");
  return { kind: "endpoint", targetId, path: `endpoints/${targetId}` };
}

export function entryOfPath(params: Params): EndpointFilterEntry {
  const { kind, targetId } = targetOfPath(params);
  return { kind, targetId, projectId: pathParam(params, "project_id") };
}
