import { CloudError } from "#base/errors.ts";
import { newUuid, type SagaId } from "#base/ids.ts";
import { serverActionPermit, serverActionRules } from "../domain/server-action.ts";
import type { Server } from "../domain/server.ts";
import { serverActionSagas, type PlainActionName } from "../sagas/server-action-sagas.ts";
import { serverFind } from "../store/servers.ts";
import type { ComputeCtx } from "./deps.ts";
import { passphraseFor, type PassphraseNeed } from "./passphrase-for.ts";
import { serverSagaStart } from "./server-saga.ts";

export type { PlainActionName } from "../sagas/server-action-sagas.ts";

const allProjectsRule = "os_compute_api:servers:detail:get_all_tenants";

/** Throws `not-found`: a server of another project does not exist for callers who are not administrators. */
export async function serverFetch(ctx: ComputeCtx, id: string, rule: string): Promise<Server> {
  const server = await serverFind(ctx.deps.database.db, id);
  if (!server) throw new CloudError("not-found", `Instance ${id} could not be found.`);
  serverPermit(ctx, server, rule);
  return server;
}

/** Throws `not-found` when the caller may not know of the server, `forbidden` when the rule says no. */
export function serverPermit(ctx: ComputeCtx, server: Server, rule: string): void {
  if (server.projectId !== ctx.caller.projectId && !ctx.allows(allProjectsRule))
    throw new CloudError("not-found", `Instance ${server.id} could not be found.`);
  ctx.enforce(rule, { project_id: server.projectId, user_id: server.userId });
}

/** Throws `conflict` when the server is locked and the caller no administrator (nova's check_instance_lock). */
export function serverLockPermit(ctx: ComputeCtx, server: Server): void {
  if (server.lock && !ctx.allows("context_is_admin"))
    throw new CloudError("conflict", `Instance ${server.id} is locked`);
}

const actionPolicies: Readonly<Record<PlainActionName, string>> = {
  start: "os_compute_api:servers:start",
  stop: "os_compute_api:servers:stop",
  "soft-reboot": "os_compute_api:servers:reboot",
  "hard-reboot": "os_compute_api:servers:reboot",
  pause: "os_compute_api:os-pause-server:pause",
  unpause: "os_compute_api:os-pause-server:unpause",
  suspend: "os_compute_api:os-suspend-server:suspend",
  resume: "os_compute_api:os-suspend-server:resume",
  unrescue: "os_compute_api:os-unrescue",
};

/** A resume without its memory image would be a boot. */
function memoryImageOf(action: PlainActionName): Pick<PassphraseNeed, "memoryImage"> {
  if (action === "hard-reboot") return {};
  return { memoryImage: action === "resume" ? "required" : "restored" };
}

/**
 * Begins an action and answers when it is recorded. What needs the TPM's passphrase asks for it first, and its host whether
 * the TPM that is there would start: no access is 403, a TPM that is not the server's 409, and the server untouched.
 */
export async function serverAct(ctx: ComputeCtx, id: string, action: PlainActionName): Promise<void> {
  const server = await serverFetch(ctx, id, actionPolicies[action]);
  serverLockPermit(ctx, server);
  serverActionPermit(server, action);
  const rule = serverActionRules[action];
  const sagaId = newUuid<SagaId>();
  const sealed =
    server.tpm && rule.needsPassphrase
      ? await passphraseFor(ctx, server, { sagaId, operation: rule.nova, ...memoryImageOf(action) })
      : undefined;
  await serverSagaStart(ctx, serverActionSagas[action], {
    sagaId,
    server,
    taskState: rule.task,
    action: rule.nova,
    event: `compute_${rule.nova}_instance`,
    params: {},
    permit(current) {
      serverLockPermit(ctx, current);
      serverActionPermit(current, action);
      return true;
    },
    sealedBox: sealed?.sealedBox,
  });
}
