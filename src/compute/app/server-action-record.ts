import type { Tx } from "#db/index.ts";
import type { Server } from "../domain/server.ts";
import { serverActionInsert } from "../store/server-actions.ts";
import type { ComputeCtx } from "./deps.ts";

/** Of something that is done as soon as it is asked: an instance action that has ended. `error`: why it failed. */
export async function serverActionRecord(
  tx: Tx,
  ctx: ComputeCtx,
  server: Server,
  done: { readonly action: string; readonly event: string; readonly error?: string | undefined },
): Promise<void> {
  const now = ctx.clock.now();
  const failed = done.error !== undefined;
  await serverActionInsert(tx, {
    request_id: ctx.requestId,
    server_id: server.id,
    action: done.action,
    event: done.event,
    project_id: server.projectId,
    user_id: ctx.caller.userId,
    caller_project_id: ctx.caller.projectId ?? null,
    host_id: server.hostId ?? null,
    message: failed ? "Error" : null,
    details: done.error ?? null,
    result: failed ? "Error" : "Success",
    started_at: now,
    finished_at: now,
  });
}
