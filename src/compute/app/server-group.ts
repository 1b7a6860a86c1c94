import { CloudError } from "#base/errors.ts";
import { newUuid } from "#base/ids.ts";
import {
  serverGroupDelete,
  serverGroupFind,
  serverGroupIdsOf,
  serverGroupInsert,
  serverGroupList,
  serverGroupMembers,
  type ServerGroup,
} from "../store/server-groups.ts";
import type { ComputeCtx } from "./deps.ts";
import { quotaCheck } from "./quota.ts";

/** Throws `not-found`, also when the group is another project's and the rule does not allow that. */
export async function serverGroupFetch(ctx: ComputeCtx, id: string, rule: string): Promise<ServerGroup> {
  const group = await serverGroupFind(ctx.deps.database.db, id);
  if (group && ctx.allows(rule, { project_id: group.project_id, user_id: group.user_id })) return group;
  if (group?.project_id === ctx.caller.projectId) ctx.enforce(rule);
  throw new CloudError("not-found", `Instance group ${id} could not be found.`);
}

export async function serverGroupsOf(ctx: ComputeCtx, allProjects: boolean): Promise<ServerGroup[]> {
  const all = allProjects && ctx.allows("os_compute_api:os-server-groups:index:all_projects");
  return serverGroupList(ctx.deps.database.db, all ? {} : { projectId: ctx.caller.projectId ?? "" });
}

export async function serverGroupMembersOf(ctx: ComputeCtx, group: ServerGroup): Promise<string[]> {
  return serverGroupMembers(ctx.deps.database.db, group.id);
}

/** A policy for servers to come: where they go is `server-placement.ts`'s. */
export async function serverGroupCreate(
  ctx: ComputeCtx,
  input: { readonly name: string; readonly policy: string; readonly rules: Readonly<Record<string, number>> },
): Promise<ServerGroup> {
  const { projectId, userId } = ctx.caller;
  if (projectId === undefined) {
    throw new CloudError(
      "forbidden",
      "A server group belongs to a project: ask with a token that is scoped to one.",
    );
  }
  if (input.policy !== "anti-affinity" && Object.keys(input.rules).length > 0) {
    throw new CloudError("invalid", "Only anti-affinity policy supports rules.");
  }
  const group: ServerGroup = {
    id: newUuid(),
    project_id: projectId,
    user_id: userId,
    name: input.name,
    policy: input.policy,
    rules: JSON.stringify(input.rules),
    created_at: ctx.clock.now(),
  };
  await ctx.deps.database.transaction(async (tx) => {
    await quotaCheck(tx, { projectId, userId }, { server_groups: 1 });
    await serverGroupInsert(tx, group);
  });
  return group;
}

export async function serverGroupRemove(ctx: ComputeCtx, id: string): Promise<void> {
  await serverGroupFetch(ctx, id, "os_compute_api:os-server-groups:delete");
  await ctx.deps.database.transaction((tx) => serverGroupDelete(tx, id));
}

/** Ids of the groups that the server is in: one at most, as in Nova. */
export async function serverGroupIds(ctx: ComputeCtx, serverId: string): Promise<string[]> {
  return serverGroupIdsOf(ctx.deps.database.db, serverId);
}
