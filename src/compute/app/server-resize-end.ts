import { CloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import type { Db } from "#db/index.ts";
import { serverStatePermit } from "../domain/server-action.ts";
import type { ServerMigration, ServerMigrationStatus } from "../domain/server-migration.ts";
import type { Server } from "../domain/server.ts";
import { serverResizeConfirm as confirmSaga } from "../sagas/server-resize-confirm.ts";
import { serverResizeRevert as revertSaga } from "../sagas/server-resize-revert.ts";
import { serverMigrationFindOpen, serverMigrationSet } from "../store/server-migrations.ts";
import type { ComputeCtx, ComputeDeps } from "./deps.ts";
import { callerTokenSeal } from "./caller-token.ts";
import { passphraseFor } from "./passphrase-for.ts";
import { sealedBoxesJoin } from "./sealed-boxes.ts";
import { cloudItself, requesterOf, serverSagaStartFor, type SagaRequester } from "./server-saga.ts";
import { serverFetch, serverLockPermit } from "./server.ts";

interface EndRule {
  readonly nova: "confirmResize" | "revertResize";
  /** What has failed half-way may be asked for again, but not the other thing. */
  readonly statuses: readonly ServerMigrationStatus[];
}
const confirm: EndRule = { nova: "confirmResize", statuses: ["finished", "confirming"] };
const revert: EndRule = { nova: "revertResize", statuses: ["finished", "reverting"] };

/** The server's resize. Throws `conflict` when its state does not permit its end, `invalid` when there is none to end. */
async function resizeToEnd(db: Db, server: Server, { nova, statuses }: EndRule): Promise<ServerMigration> {
  const migration = await serverMigrationFindOpen(db, server.id);
  // An administrator may have reset the state since; what is kept of the old side is still there.
  const reset = migration ? (["active", "stopped", "error"] as const) : [];
  serverStatePermit(server, { nova, from: ["resized", ...reset] });
  if (migration && statuses.includes(migration.status)) return migration;
  throw new CloudError("invalid", "Instance has not been resized.");
}

/** What is kept of the old side goes. Needs no passphrase. */
export async function serverResizeConfirm(ctx: ComputeCtx, id: string): Promise<void> {
  const server = await serverFetch(ctx, id, "os_compute_api:servers:confirm_resize");
  serverLockPermit(ctx, server);
  const migration = await resizeToEnd(ctx.deps.database.db, server, confirm);
  const sagaId = newUuid<SagaId>();
  const sealedBox = await callerTokenSeal(ctx, { id, tpm: migration.old.tpm }, sagaId);
  await confirmBegin(ctx.deps, requesterOf(ctx), server, { migration, sagaId, sealedBox });
}

/** The same, by the cloud itself. */
export async function serverResizeAutoConfirm(
  deps: ComputeDeps,
  server: Server,
  migration: ServerMigration,
): Promise<void> {
  const how = { migration, sagaId: newUuid<SagaId>(), sealedBox: undefined };
  await confirmBegin(deps, cloudItself(), server, how);
}

async function confirmBegin(
  deps: ComputeDeps,
  who: SagaRequester,
  server: Server,
  how: {
    readonly migration: ServerMigration;
    readonly sagaId: SagaId;
    readonly sealedBox: Uint8Array | undefined;
  },
): Promise<void> {
  const { migration, sagaId, sealedBox } = how;
  await serverSagaStartFor(deps, who, confirmSaga, {
    sagaId,
    server,
    taskState: "resize_confirming",
    action: confirm.nova,
    event: "compute_confirm_resize",
    params: { migrationId: migration.id },
    permit: () => true,
    sealedBox,
    also: (tx, current) => endBegin(tx, current, confirm, deps.clock.now()),
  });
}

/** Begins to bring the old side back. A server that ran is started with its old TPM, whose passphrase is read first. */
export async function serverResizeRevert(ctx: ComputeCtx, id: string): Promise<void> {
  const server = await serverFetch(ctx, id, "os_compute_api:servers:revert_resize");
  serverLockPermit(ctx, server);
  const { id: migrationId, old } = await resizeToEnd(ctx.deps.database.db, server, revert);
  const sagaId = newUuid<SagaId>();
  const sealed =
    old.tpm && old.vmState === "active"
      ? await passphraseFor(ctx, { ...server, tpm: old.tpm }, { sagaId, operation: revert.nova })
      : undefined;
  await serverSagaStartFor(ctx.deps, requesterOf(ctx), revertSaga, {
    sagaId,
    server,
    taskState: "resize_reverting",
    action: revert.nova,
    event: "compute_revert_resize",
    params: { migrationId },
    permit: () => true,
    sealedBox: sealedBoxesJoin([sealed?.sealedBox]),
    also: (tx, current) => endBegin(tx, current, revert, ctx.clock.now()),
  });
}

/** Looks again inside the transaction: another request may have been faster. */
async function endBegin(
  tx: Parameters<typeof serverMigrationSet>[0],
  current: Server,
  rule: EndRule,
  now: number,
): Promise<{ readonly migrationId: number }> {
  const { id } = await resizeToEnd(tx, current, rule);
  await serverMigrationSet(tx, id, rule === confirm ? "confirming" : "reverting", now);
  return { migrationId: id };
}
