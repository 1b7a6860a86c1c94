import type { Static } from "typebox";
import { CloudError } from "#base/errors.ts";
import type { AssignmentQuestion } from "../../app/assignment-list.ts";
import type { AssignmentScope } from "../../domain/assignment.ts";
import { queryFlag, querySchema } from "../input.ts";

export const assignmentQuery = querySchema(
  "user.id",
  "group.id",
  "role.id",
  "scope.project.id",
  "scope.domain.id",
  "scope.system",
  "scope.OS-INHERIT:inherited_to",
  "effective",
  "include_names",
  "include_subtree",
);

type Query = Static<typeof assignmentQuery>;

/** With Keystone's refusals of what can fit nothing. */
export function assignmentFilterOf(query: Query): AssignmentQuestion {
  const { "user.id": userId, "group.id": groupId, "scope.domain.id": domainId } = query;
  const effective = queryFlag(query.effective);
  const inherited = query["scope.OS-INHERIT:inherited_to"] === "projects" ? true : undefined;
  const subtree = queryFlag(query.include_subtree);
  if (userId !== undefined && groupId !== undefined) {
    throw new CloudError("invalid", "Specify a user or group, not both");
  }
  if (effective && groupId !== undefined) {
    throw new CloudError(
      "invalid",
      "Combining effective and group filter will always result in an empty list.",
    );
  }
  if (effective && inherited && domainId !== undefined) {
    throw new CloudError(
      "invalid",
      "Combining effective, domain and inherited filters will always result in an empty list.",
    );
  }
  if (subtree && query["scope.project.id"] === undefined) {
    throw new CloudError(
      "invalid",
      "scope.project.id must be specified if include_subtree is also specified",
    );
  }
  const actor = userId === undefined ? undefined : ({ kind: "user", id: userId } as const);
  return {
    actor: groupId === undefined ? actor : { kind: "group", id: groupId },
    roleId: query["role.id"],
    scope: scopeOf(query),
    inherited,
    subtree,
  };
}

function scopeOf(query: Query): AssignmentScope | undefined {
  const project = query["scope.project.id"];
  const domain = query["scope.domain.id"];
  const system = query["scope.system"];
  const named = [system && "system", domain && "domain", project && "project"].filter(Boolean);
  if (named.length > 1) {
    throw new CloudError("invalid", `Specify a ${named[0]} or ${named[1]}, not both`);
  }
  if (project) return { kind: "project", id: project };
  if (domain) return { kind: "domain", id: domain };
  return system ? { kind: "system" } : undefined;
}
