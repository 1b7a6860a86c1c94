import { CloudError } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import { sagaList } from "#saga/index.ts";
import { serverFind, serverUpdate } from "../store/servers.ts";
import type { ComputeCtx } from "./deps.ts";
import { serverActionRecord } from "./server-action-record.ts";
import { serverPermit } from "./server.ts";

async function isWorkedOn(tx: Tx, id: string): Promise<boolean> {
  const running = await sagaList(tx, { resource: id, state: "running" });
  return running.length > 0 || (await sagaList(tx, { resource: id, state: "unwinding" })).length > 0;
}

/**
 * An administrator says what state the server is in, whatever it was. Not while a saga works on it, which would say
 * otherwise when it ends: `conflict`.
 */
export async function serverStateReset(
  ctx: ComputeCtx,
  id: string,
  vmState: "active" | "error",
): Promise<void> {
  const now = ctx.clock.now();
  await ctx.deps.database.transaction(async (tx) => {
    const server = await serverFind(tx, id);
    if (!server) throw new CloudError("not-found", `Instance ${id} could not be found.`);
    serverPermit(ctx, server, "os_compute_api:os-admin-actions:reset_state");
    if (server.taskState !== undefined && (await isWorkedOn(tx, id))) {
      throw new CloudError(
        "conflict",
        `Cannot 'reset_state' instance ${id} while it is in task_state ${server.taskState}: it is being worked on.`,
      );
    }
    await serverUpdate(tx, id, { vmState, taskState: null }, now);
    // Nothing happens under it.
    await serverActionRecord(tx, ctx, server, { action: "resetState", event: "" });
  });
}
