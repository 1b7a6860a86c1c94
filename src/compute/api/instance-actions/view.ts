import { createHash } from "node:crypto";
import { isoMicroseconds } from "#base/clock.ts";
import { atLeast } from "#http/index.ts";
import type { ComputeCtx } from "../../app/deps.ts";
import type { ServerAction } from "../../store/server-actions.ts";

export function actionSummary(ctx: ComputeCtx, action: ServerAction): object {
  return {
    action: action.action,
    instance_uuid: action.server_id,
    request_id: action.request_id,
    ...requesterOf(action),
    start_time: isoMicroseconds(action.started_at),
    message: action.message,
    ...(atLeast(ctx, "2.58") ? { updated_at: isoMicroseconds(action.finished_at ?? action.started_at) } : {}),
  };
}

/** Who asked, by the token that asked; what the cloud did by itself nobody asked for. Of old actions the token's project is not known. */
function requesterOf(action: ServerAction): {
  readonly user_id: string | null;
  readonly project_id: string | null;
} {
  if (action.user_id === "") return { user_id: null, project_id: null };
  return { user_id: action.user_id, project_id: action.caller_project_id ?? action.project_id };
}

/** Since 2.51 everybody who may see the action sees its events; what went wrong in detail, since 2.84 and by rule. */
export function actionDetail(ctx: ComputeCtx, action: ServerAction, hostname: string | undefined): object {
  const administrator = ctx.allows("os_compute_api:os-instance-actions:events");
  const shown = administrator || atLeast(ctx, "2.51");
  const events = action.event === "" ? [] : [eventOf(ctx, action, hostname)];
  return { ...actionSummary(ctx, action), ...(shown ? { events } : {}) };
}

function eventOf(ctx: ComputeCtx, action: ServerAction, hostname: string | undefined): object {
  const administrator = ctx.allows("os_compute_api:os-instance-actions:events");
  const hostId =
    hostname === undefined
      ? ""
      : createHash("sha224")
          .update(action.project_id + hostname)
          .digest("hex");
  return {
    event: action.event,
    start_time: isoMicroseconds(action.started_at),
    finish_time: action.finished_at === null ? null : isoMicroseconds(action.finished_at),
    result: action.result,
    ...(administrator ? { traceback: null } : {}),
    ...(atLeast(ctx, "2.62") ? { hostId } : {}),
    ...(atLeast(ctx, "2.62") && administrator ? { host: hostname ?? "" } : {}),
    ...(atLeast(ctx, "2.84") && ctx.allows("os_compute_api:os-instance-actions:events:details")
      ? { details: action.details }
      : {}),
  };
}
