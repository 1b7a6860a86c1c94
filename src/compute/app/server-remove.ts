import { newUuid, type SagaId } from "#base/ids.ts";
import { serverStatePermit } from "../domain/server-action.ts";
import { isGoing, type Server } from "../domain/server.ts";
import { serverDelete as serverDeleteSaga } from "../sagas/server-delete.ts";
import { serverRestore as serverRestoreSaga } from "../sagas/server-restore.ts";
import { serverSoftDelete as serverSoftDeleteSaga } from "../sagas/server-soft-delete.ts";
import type { ServerActionParams } from "../sagas/server-steps.ts";
import { callerTokenSeal } from "./caller-token.ts";
import type { ComputeCtx, ComputeDeps } from "./deps.ts";
import { passphraseFor } from "./passphrase-for.ts";
import { quotaCheck } from "./quota.ts";
import {
  cloudItself,
  requesterOf,
  serverSagaStart,
  serverSagaStartFor,
  type SagaRequester,
  type ServerSagaRequest,
} from "./server-saga.ts";
import { serverFetch, serverLockPermit } from "./server.ts";

/**
 * Deletes in every state; what another saga does with the server ends first. Never needs the passphrase. With
 * `reclaim_instance_interval` the server is off and can be restored until that has passed, unless it never ran or, as in Nova, is on no host.
 */
export async function serverRemove(ctx: ComputeCtx, id: string): Promise<void> {
  const server = await serverFetch(ctx, id, "os_compute_api:servers:delete");
  serverLockPermit(ctx, server);
  ctx.deps.orphansSweep(ctx);
  if (isGoing(server)) return;
  const isRestorable = server.launchedAt !== undefined && server.vmState !== "shelved_offloaded";
  const soft = ctx.deps.intervals.reclaimS > 0 && isRestorable;
  if (soft) await softDelete(ctx, server);
  else await hardDeleteFor(ctx, server);
}

/** Deletes at once, also what is soft-deleted. Nova's rule for it is its own. */
export async function serverForceRemove(ctx: ComputeCtx, id: string): Promise<void> {
  const server = await serverFetch(ctx, id, "os_compute_api:os-deferred-delete:force");
  serverLockPermit(ctx, server);
  ctx.deps.orphansSweep(ctx);
  if (server.taskState !== "deleting") await hardDeleteFor(ctx, server);
}

/** By the cloud itself, when the time is over in which the server could be restored. */
export async function serverReclaim(deps: ComputeDeps, server: Server): Promise<void> {
  const permit = (current: Server): boolean => current.vmState === "soft-delete";
  await hardDelete(deps, cloudItself(), server, { sagaId: newUuid<SagaId>(), sealedBox: undefined, permit });
}

async function hardDeleteFor(ctx: ComputeCtx, server: Server): Promise<void> {
  const sagaId = newUuid<SagaId>();
  const sealedBox = await callerTokenSeal(ctx, server, sagaId);
  await hardDelete(ctx.deps, requesterOf(ctx), server, { sagaId, sealedBox, permit: () => true });
}

async function hardDelete(
  deps: ComputeDeps,
  who: SagaRequester,
  server: Server,
  how: Pick<ServerSagaRequest<ServerActionParams>, "sagaId" | "sealedBox" | "permit">,
): Promise<void> {
  await serverSagaStartFor(deps, who, serverDeleteSaga, {
    ...how,
    server,
    taskState: "deleting",
    action: "delete",
    event: "compute_terminate_instance",
    params: {},
    // A delete that was faster is the same delete.
    permit: (current) => current.taskState !== "deleting" && how.permit(current),
  });
}

async function softDelete(ctx: ComputeCtx, server: Server): Promise<void> {
  await serverSagaStart(ctx, serverSoftDeleteSaga, {
    sagaId: newUuid<SagaId>(),
    server,
    taskState: "soft-deleting",
    action: "delete",
    event: "compute_soft_delete_instance",
    params: {},
    permit: (current) => !isGoing(current),
    sealedBox: undefined,
  });
}

const restore = { nova: "restore", from: ["soft-delete"] } as const;

/** Starts a soft-deleted server again. It counts against the quotas again; one with a TPM needs the passphrase. */
export async function serverRestore(ctx: ComputeCtx, id: string): Promise<void> {
  const server = await serverFetch(ctx, id, "os_compute_api:os-deferred-delete:restore");
  serverLockPermit(ctx, server);
  serverStatePermit(server, restore);
  const sagaId = newUuid<SagaId>();
  const sealed = server.tpm
    ? await passphraseFor(ctx, server, { sagaId, operation: restore.nova })
    : undefined;
  await serverSagaStart(ctx, serverRestoreSaga, {
    sagaId,
    server,
    taskState: "restoring",
    action: restore.nova,
    event: "compute_restore_instance",
    params: {},
    permit(current) {
      serverLockPermit(ctx, current);
      serverStatePermit(current, restore);
      return true;
    },
    sealedBox: sealed?.sealedBox,
    // With the task state that makes it count, so that two requests cannot both take the last place.
    async also(tx, current) {
      const { vcpus: cores, memoryMiB: ram } = current.flavor;
      await quotaCheck(tx, current, { instances: 1, cores, ram });
    },
  });
}
