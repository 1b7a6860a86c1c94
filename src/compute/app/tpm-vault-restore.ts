import type { AuditRecord } from "#audit/index.ts";
import { CloudError } from "#base/errors.ts";
import type { Tx } from "#db/index.ts";
import type { Server } from "../domain/server.ts";
import { serverActionInsert } from "../store/server-actions.ts";
import { serverFind } from "../store/servers.ts";
import { tpmVaultSet } from "../store/tpm-vault.ts";
import {
  tpmGenerationBytes,
  tpmGenerationInsert,
  tpmGenerationKeptList,
  tpmGenerationNewest,
} from "../store/tpm-vault-generations.ts";
import type { ComputeCtx } from "./deps.ts";
import { useOfRequest } from "./passphrase-audit.ts";
import { serverPermit } from "./server.ts";

const restoreAction = "sealstone:tpmRestore";

export interface TpmRestore {
  readonly generation: number;
  /** Why: shown in the server's actions. */
  readonly reason: string;
}

/**
 * An operator says with which of the kept states a server that is off goes on: it becomes the newest generation, and at the
 * next start whatever its host has gives way to it. Answers the new generation's number. Throws `conflict` when the server is not off or
 * the generation is not kept.
 */
export async function tpmRestore(ctx: ComputeCtx, id: string, restore: TpmRestore): Promise<number> {
  const { database, clock, audit, tpmGenerationsKept } = ctx.deps;
  const now = clock.now();
  let told: AuditRecord | undefined;
  const { server, made } = await database.transaction(async (tx) => {
    const found = await serverFind(tx, id);
    if (!found) throw new CloudError("not-found", `Instance ${id} could not be found.`);
    serverPermit(ctx, found, "sealstone:tpm:restore");
    offRequire(found);
    const { bytes, sha256 } = await stateRequire(tx, found, restore.generation);
    const newest = await tpmGenerationNewest(tx, id);
    const generation = (newest?.generation ?? 0) + 1;
    const cause = `generation ${restore.generation} restored by an operator`;
    const order = { process: "operator", number: 0 };
    const row = { generation, sha256, hostId: found.hostId ?? "", at: now, cause, order, bytes };
    await tpmGenerationInsert(tx, id, row, tpmGenerationsKept);
    await tpmVaultSet(tx, id, { interval: undefined, save: undefined, restorePending: true });
    await actionRecord(tx, ctx, found, restore);
    const reason = `generation ${restore.generation} restored as ${generation}: ${restore.reason}`;
    const use = useOfRequest(ctx, found, restoreAction);
    told = audit.record({ ...use, event: "restored", result: "success", reason, hostId: found.hostId });
    await told.insert(tx);
    return { server: found, made: generation };
  });
  told?.tell();
  tpmRestoreLog(ctx, server, { ...restore, made });
  return made;
}

/** Throws `conflict` unless the server is off, without a memory image that has a TPM of its own. */
function offRequire(server: Server): void {
  const { id, taskState, vmState, powerState, tpm } = server;
  if (tpm === undefined) throw new CloudError("conflict", `Instance ${id} has no TPM.`);
  const resting = vmState === "shelved" || vmState === "shelved_offloaded";
  const offInError = vmState === "error" && powerState !== "running" && powerState !== "paused";
  const off = resting || vmState === "stopped" || offInError;
  if (taskState === undefined && off) return;
  throw new CloudError(
    "conflict",
    `Cannot restore the TPM of instance ${id} while it is in vm_state ${vmState}, task_state ${taskState ?? "none"}, power state ${powerState}. Stop it first.`,
  );
}

async function stateRequire(tx: Tx, { id }: Server, generation: number) {
  const state = await tpmGenerationBytes(tx, id, generation);
  if (state) return state;
  const kept = await tpmGenerationKeptList(tx, id);
  throw new CloudError(
    "conflict",
    `Generation ${generation} of the TPM of instance ${id} is not in the vault; kept are: ${kept.join(", ") || "none"}.`,
  );
}

async function actionRecord(tx: Tx, ctx: ComputeCtx, server: Server, restore: TpmRestore): Promise<void> {
  const now = ctx.clock.now();
  await serverActionInsert(tx, {
    request_id: ctx.requestId,
    server_id: server.id,
    action: restoreAction,
    event: "sealstone_tpm_restore",
    project_id: server.projectId,
    user_id: ctx.caller.userId,
    caller_project_id: ctx.caller.projectId ?? null,
    host_id: server.hostId ?? null,
    message: `TPM generation ${restore.generation} restored: ${restore.reason}`,
    details: restore.reason,
    result: "Success",
    started_at: now,
    finished_at: now,
  });
}

function tpmRestoreLog(
  ctx: ComputeCtx,
  server: Server,
  restore: TpmRestore & { readonly made: number },
): void {
  const { caller, requestId } = ctx;
  const { generation, made, reason } = restore;
  ctx.log.warn(
    {
      event: "tpm.restored",
      serverId: server.id,
      userId: caller.userId,
      requestId,
      generation,
      made,
      reason,
    },
    "an operator restored a TPM state",
  );
}
