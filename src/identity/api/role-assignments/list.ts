import { CloudError } from "#base/errors.ts";
import { operation } from "#http/index.ts";
import { assignmentList } from "../../app/assignment.ts";
import type { IdentityCtx } from "../../app/context.ts";
import type { AssignmentScope } from "../../domain/assignment.ts";
import { queryFlag, querySchema } from "../input.ts";
import { collection } from "../links.ts";
import { assignmentView } from "./view.ts";

const filters = querySchema(
  "user.id",
  "group.id",
  "role.id",
  "scope.project.id",
  "scope.domain.id",
  "scope.system",
  "scope.OS-INHERIT:inherited_to",
  "effective",
  "include_names",
);

type Query = Readonly<Partial<Record<"scope.project.id" | "scope.domain.id" | "scope.system", string>>>;

export const roleAssignmentsList = operation({
  query: filters,
  handle: async (ctx: IdentityCtx, { query }) => {
    const names = queryFlag(query.include_names);
    const scope = scopeOf(query);
    const nobody = query["group.id"] !== undefined || query["scope.OS-INHERIT:inherited_to"] !== undefined;
    const filter = {
      userId: query["user.id"],
      roleId: query["role.id"],
      scope,
      effective: queryFlag(query.effective),
    };
    // Neither groups nor inherited assignments exist here, so nothing fits a filter by them.
    const found = nobody ? [] : await assignmentList(ctx, filter);
    const items = found.map((one) => assignmentView(ctx, one, names));
    return collection(ctx, "role_assignments", { query, items });
  },
});

function scopeOf(query: Query): AssignmentScope | undefined {
  const project = query["scope.project.id"];
  const domain = query["scope.domain.id"];
  const system = query["scope.system"];
  const named = [project && "project", domain && "domain", system && "system"].filter(Boolean);
  if (named.length > 1) {
    throw new CloudError("invalid", `Specify a ${named[0]} or ${named[1]}, not both`);
  }
  if (project) return { kind: "project", id: project };
  if (domain) return { kind: "domain", id: domain };
  return system ? { kind: "system" } : undefined;
}
