import { CloudError } from "#base/errors.ts";
import { atLeast } from "#http/index.ts";
import { hostFind } from "../store/hosts.ts";
import { serverActionFind, serverActionList, type ServerAction } from "../store/server-actions.ts";
import { serverFind } from "../store/servers.ts";
import type { ComputeCtx } from "./deps.ts";
import { serverFetch } from "./server.ts";

export interface ServerActionPage {
  readonly limit: number;
  /** The request id of the action before the page. */
  readonly marker: string | undefined;
  readonly changesSince: number | undefined;
  readonly changesBefore: number | undefined;
}

/** Newest first. Since 2.21 the actions of a deleted server are still there. */
export async function serverActionsOf(
  ctx: ComputeCtx,
  serverId: string,
  options: { readonly rule?: string; readonly page?: ServerActionPage | undefined } = {},
): Promise<ServerAction[]> {
  const { db } = ctx.deps.database;
  const { rule = "os_compute_api:os-instance-actions:list", page } = options;
  if (await serverFind(db, serverId)) await serverFetch(ctx, serverId, rule);
  const actions = await serverActionList(db, serverId);
  const [first] = actions;
  const deleted = first !== undefined && !(await serverFind(db, serverId));
  const foreign =
    first?.project_id !== ctx.caller.projectId && !ctx.allows("os_compute_api:os-instance-actions:events");
  if (first === undefined || (deleted && (!atLeast(ctx, "2.21") || foreign))) {
    throw new CloudError("not-found", `Instance ${serverId} could not be found.`);
  }
  ctx.enforce(rule, { project_id: first.project_id, user_id: first.user_id });
  return page === undefined ? actions : pageOf(actions, page);
}

function pageOf(actions: readonly ServerAction[], page: ServerActionPage): ServerAction[] {
  const { changesSince, changesBefore, marker, limit } = page;
  const start = marker === undefined ? 0 : actions.findIndex(({ request_id: id }) => id === marker) + 1;
  if (marker !== undefined && start === 0)
    throw new CloudError("invalid", `Marker ${marker} could not be found.`);
  return actions
    .slice(start)
    .filter((action) => {
      const changed = action.finished_at ?? action.started_at;
      return (changesSince ?? changed) <= changed && changed <= (changesBefore ?? changed);
    })
    .slice(0, limit);
}

export async function serverActionFetch(
  ctx: ComputeCtx,
  serverId: string,
  requestId: string,
): Promise<{ readonly action: ServerAction; readonly hostname: string | undefined }> {
  await serverActionsOf(ctx, serverId, { rule: "os_compute_api:os-instance-actions:show" });
  const action = await serverActionFind(ctx.deps.database.db, serverId, requestId);
  if (!action)
    throw new CloudError("not-found", `Action for request_id ${requestId} on instance ${serverId} not found`);
  const host = action.host_id === null ? undefined : await hostFind(ctx.deps.database.db, action.host_id);
  return { action, hostname: host?.hostname };
}
