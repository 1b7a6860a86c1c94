/**
 * `[DEFAULT] resume_guests_state_on_host_boot`, as Nova has it: what ran when the agent of a host ended, and is off when it starts
 * again, is started. Which servers ran is written down with the agent's first word, before anybody says that they are off.
 */
import { errorText, isCloudError } from "#base/errors.ts";
import { newRequestId, newUuid, type SagaId } from "#base/ids.ts";
import { commands } from "#bus/index.ts";
import type { Tx } from "#db/index.ts";
import { cloudContext } from "../app/cloud-context.ts";
import type { ComputeDeps } from "../app/deps.ts";
import { passphraseFor } from "../app/passphrase-for.ts";
import { serverSagaStart } from "../app/server-saga.ts";
import type { Server, ServerTpm } from "../domain/server.ts";
import { serverStart } from "../sagas/server-start.ts";
import {
  hostBootStartDelete,
  hostBootStartFind,
  hostBootStartInsert,
  hostBootStartList,
  hostBootStartTell,
  type HostBootStart,
} from "../store/host-boot-starts.ts";
import { hostFind, type HostFacts } from "../store/hosts.ts";
import { serverActionInsert } from "../store/server-actions.ts";
import { serverFind, serverListOfHost } from "../store/servers.ts";

const inspectTimeoutMs = 30_000;
const startEvent = "compute_start_instance";

/** In the transaction that records what the host says of itself, before that. */
export async function hostBootNotice(tx: Tx, facts: HostFacts): Promise<void> {
  const { hostId, agentStart, resumeGuests } = facts;
  if (resumeGuests !== true || agentStart === undefined) return;
  const known = await hostFind(tx, hostId);
  if (known === undefined || known.facts.agentStart === agentStart) return;
  const ran = (await serverListOfHost(tx, hostId)).filter(
    ({ vmState, powerState, taskState }) =>
      vmState === "active" && powerState === "running" && taskState === undefined,
  );
  await hostBootStartInsert(
    tx,
    hostId,
    ran.map(({ id }) => id),
  );
}

/** Looks at the servers of the hosts that started anew. What cannot be decided now is looked at again. */
export async function hostBootStarts(deps: ComputeDeps): Promise<void> {
  const all = await hostBootStartList(deps.database.db);
  for (const start of all.filter(({ told }) => told !== undefined)) await toldForget(deps, start);
  const open = all.filter(({ told }) => told === undefined);
  for (const hostId of new Set(open.map((start) => start.hostId))) {
    try {
      await hostLook(
        deps,
        hostId,
        open.filter((start) => start.hostId === hostId),
      );
    } catch (error) {
      deps.log.warn({ hostId, error: errorText(error) }, "servers of a host that started anew wait");
    }
  }
}

/** Somebody started it meanwhile, or it is gone. */
async function toldForget({ database }: ComputeDeps, { serverId }: HostBootStart): Promise<void> {
  const server = await serverFind(database.db, serverId);
  if (server?.vmState === "stopped") return;
  await database.transaction((tx) => hostBootStartDelete(tx, serverId));
}

async function hostLook(deps: ComputeDeps, hostId: string, starts: readonly HostBootStart[]): Promise<void> {
  const { database, bus } = deps;
  const { servers } = await bus.request(commands.serversInspect, {}, { hostId, timeoutMs: inspectTimeoutMs });
  for (const { serverId } of starts) {
    const server = await serverFind(database.db, serverId);
    const found = servers.find((entry) => entry.serverId === serverId);
    const isOff = found?.powerState === "shutdown" || found?.powerState === "crashed";
    if (server?.hostId !== hostId || server.taskState !== undefined || !isOff || found.managedSave) {
      // It runs, or somebody else decides about it.
      await database.transaction((tx) => hostBootStartDelete(tx, serverId));
    } else if (server.vmState === "stopped") {
      await serverBack(deps, server);
    }
  }
}

async function serverBack(deps: ComputeDeps, server: Server): Promise<void> {
  const { id, tpm } = server;
  if (tpm?.secretSecurity === "user") return await ownerTell(deps, server, ownerText(id, server, tpm));
  try {
    const ctx = await cloudContext(deps);
    const sagaId = newUuid<SagaId>();
    const need = { sagaId, operation: "start", memoryImage: "restored" } as const;
    const granted = tpm && (await passphraseFor(ctx, server, need));
    await serverSagaStart(ctx, serverStart, {
      sagaId,
      server,
      taskState: "powering-on",
      action: "start",
      event: startEvent,
      params: {},
      permit: (current) => current.vmState === "stopped" && current.taskState === undefined,
      sealedBox: granted?.sealedBox,
      also: (tx) => hostBootStartDelete(tx, id),
    });
    deps.log.info({ serverId: id, hostId: server.hostId }, "started again: it ran when its host went down");
  } catch (error) {
    if (!isCloudError(error, "forbidden", "conflict")) throw error;
    await ownerTell(
      deps,
      server,
      `The host of this server was restarted, and the server did not start with it. ${error.message}`,
    );
  }
}

function ownerText(id: string, { userId, projectId }: Server, { secretId }: ServerTpm): string {
  return (
    `The host of this server was restarted. The passphrase of its TPM (secret ${secretId} in the key manager, mode user) is that of user ${userId} ` +
    `in project ${projectId}, so the cloud cannot start it: its owner has to, with openstack server start ${id}.`
  );
}

/** In the server's actions, where its owner looks, and with what is known of its TPM. */
async function ownerTell(deps: ComputeDeps, server: Server, text: string): Promise<void> {
  const { database, clock, cloudAccount, log } = deps;
  const now = clock.now();
  await database.transaction(async (tx) => {
    const start = await hostBootStartFind(tx, server.id);
    // Another control plane told them.
    if (start === undefined || start.told !== undefined) return;
    await serverActionInsert(tx, {
      request_id: newRequestId(),
      server_id: server.id,
      action: "start",
      event: startEvent,
      project_id: server.projectId,
      user_id: cloudAccount.userId,
      caller_project_id: cloudAccount.projectId,
      host_id: server.hostId ?? null,
      message: text,
      details: text,
      result: "Error",
      started_at: now,
      finished_at: now,
    });
    await hostBootStartTell(tx, server.id, text);
  });
  log.warn({ serverId: server.id, hostId: server.hostId, reason: text }, "not started after its host was");
}
