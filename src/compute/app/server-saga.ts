import { CloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import type { Tx } from "#db/index.ts";
import { sagaStart, type Saga } from "#saga/index.ts";
import type { Server } from "../domain/server.ts";
import type { ServerActionParams } from "../sagas/server-action-sagas.ts";
import { serverActionInsert } from "../store/server-actions.ts";
import { serverFind, serverRename, serverUpdate } from "../store/servers.ts";
import type { ComputeCtx, ComputeDeps, ComputeSagaDeps } from "./deps.ts";

export interface ServerSagaRequest<P extends ServerActionParams> {
  readonly sagaId: SagaId;
  readonly server: Server;
  readonly taskState: NonNullable<Server["taskState"]>;
  readonly action: string;
  readonly event: string;
  /** What the saga is told beside the server and the request. */
  readonly params: Omit<P, keyof ServerActionParams>;
  /** Looks again inside the transaction: another request may have been faster. False: there is nothing left to do. */
  readonly permit: (current: Server) => boolean;
  readonly sealedBox: Uint8Array | undefined;
  /** In the same transaction: quota, rows that the operation needs. What it answers, the saga is told too. */
  readonly also?: (tx: Tx, current: Server) => Promise<Partial<Omit<P, keyof ServerActionParams>> | void>;
}

/** Begins an operation on a server: in one transaction its task state, the instance action and the saga. */
export async function serverSagaStart<P extends ServerActionParams>(
  ctx: ComputeCtx,
  definition: Saga<P, ComputeSagaDeps>,
  request: ServerSagaRequest<P>,
): Promise<void> {
  await serverSagaStartFor(ctx.deps, requesterOf(ctx), definition, request);
}

/** Who asked; the cloud itself is nobody. */
export interface SagaRequester {
  readonly requestId: string;
  readonly userId: string;
  readonly projectId: string | undefined;
}

export function requesterOf({ requestId, caller }: ComputeCtx): SagaRequester {
  return { requestId, userId: caller.userId, projectId: caller.projectId };
}

/** What the cloud begins by itself. */
export function cloudItself(): SagaRequester {
  return { requestId: `req-${newUuid()}`, userId: "", projectId: undefined };
}

export async function serverSagaStartFor<P extends ServerActionParams>(
  deps: ComputeDeps,
  who: SagaRequester,
  definition: Saga<P, ComputeSagaDeps>,
  request: ServerSagaRequest<P>,
): Promise<void> {
  const { server, sagaId } = request;
  const now = deps.clock.now();
  await deps.database.transaction(async (tx) => {
    const found = await serverFind(tx, server.id);
    if (!found) throw new CloudError("not-found", `Instance ${server.id} could not be found.`);
    const current = { ...found, resetTo: undefined };
    if (!request.permit(current)) return;
    // What is asked now comes after it.
    if (found.resetTo !== undefined) await serverRename(tx, current, now);
    const more = await request.also?.(tx, current);
    await serverUpdate(tx, server.id, { taskState: request.taskState }, now);
    await serverActionInsert(tx, {
      request_id: who.requestId,
      server_id: server.id,
      action: request.action,
      event: request.event,
      project_id: server.projectId,
      user_id: who.userId,
      caller_project_id: who.projectId ?? null,
      host_id: server.hostId ?? null,
      message: null,
      details: null,
      result: null,
      started_at: now,
      finished_at: null,
    });
    await sagaStart(tx, definition, {
      id: sagaId,
      params: { ...request.params, ...more, serverId: server.id, requestId: who.requestId } as P,
      resource: server.id,
      sealedBox: request.sealedBox,
      requestId: who.requestId,
    });
  });
  deps.executor.nudge(sagaId);
}
