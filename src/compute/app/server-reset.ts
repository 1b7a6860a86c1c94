import { CloudError } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import { sagaList } from "#saga/index.ts";
import { isGoing, type ResetState } from "../domain/server.ts";
import { serverFind, serverRename, serverUpdate } from "../store/servers.ts";
import type { ComputeCtx } from "./deps.ts";
import { serverActionRecord } from "./server-action-record.ts";
import { serverPermit } from "./server.ts";

async function isWorkedOn(tx: Tx, id: string): Promise<boolean> {
  const running = await sagaList(tx, { resource: id, state: "running" });
  return running.length > 0 || (await sagaList(tx, { resource: id, state: "unwinding" })).length > 0;
}

/**
 * An administrator says what state the server is in, whatever it was. While a saga works on it the saga goes on, and its end is this state
 * (docs/decisions/0029-a-reset-holds-afterwards.md). A deletion that was asked for is not taken back.
 */
export async function serverStateReset(ctx: ComputeCtx, id: string, vmState: ResetState): Promise<void> {
  const now = ctx.clock.now();
  await ctx.deps.database.transaction(async (tx) => {
    const server = await serverFind(tx, id);
    if (!server) throw new CloudError("not-found", `Instance ${id} could not be found.`);
    serverPermit(ctx, server, "os_compute_api:os-admin-actions:reset_state");
    const worked = server.taskState !== undefined && (await isWorkedOn(tx, id));
    if (!isGoing(server)) await serverRename(tx, { ...server, resetTo: worked ? vmState : undefined }, now);
    if (!worked) await serverUpdate(tx, id, { vmState, taskState: null }, now);
    // Nothing happens under it.
    await serverActionRecord(tx, ctx, server, { action: "resetState", event: "" });
  });
}
