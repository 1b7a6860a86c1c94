import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import type { ServerGroup } from "../../store/server-groups.ts";

/** `members`: ids of servers. */
export function serverGroupView(ctx: ComputeCtx, group: ServerGroup, members: readonly string[]): object {
  return {
    id: group.id,
    name: group.name,
    members,
    ...(atLeast(ctx, "2.13") ? { project_id: group.project_id, user_id: group.user_id } : {}),
    ...(atLeast(ctx, "2.64")
      ? { policy: group.policy, rules: JSON.parse(group.rules) as object }
      : { policies: [group.policy], metadata: {} }),
  };
}
