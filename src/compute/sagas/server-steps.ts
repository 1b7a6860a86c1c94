/** Steps that several sagas of a server share. */
import type { Static } from "typebox";
import { CloudError } from "#base/errors.ts";
import { commands } from "#bus/index.ts";
import type { Db, Tx } from "#db/index.ts";
import { retryable, sagaList, terminal, type SagaFailure, type SagaRun, type SagaStep } from "#saga/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import type { Fault, PowerState, Server, ServerTpm, VmState } from "../domain/server.ts";
import { serverActionFinish } from "../store/server-actions.ts";
import { serverFind, serverUpdate, type ServerChanges } from "../store/servers.ts";
import { domainSpecOf } from "./domain-spec.ts";
import { hostCommand } from "./host-command.ts";
import { keptPassphraseAudit, passphraseForHost } from "./passphrase-handover.ts";

export interface ServerActionParams {
  readonly serverId: string;
  /** Of the instance action that this saga finishes. */
  readonly requestId: string;
}

export type ServerStep = SagaStep<ServerActionParams, ComputeSagaDeps>;

export async function serverOf(step: ServerStep): Promise<Server> {
  const server = await serverFind(step.deps.database.db, step.params.serverId);
  if (server) return server;
  throw terminal(new CloudError("not-found", `Instance ${step.params.serverId} could not be found.`));
}

/** The server and the host it is on. */
export async function placedServerOf(step: ServerStep): Promise<Server & { readonly hostId: string }> {
  const server = await serverOf(step);
  if (server.hostId !== undefined) return { ...server, hostId: server.hostId };
  throw terminal(new CloudError("conflict", `Instance ${server.id} is on no host.`));
}

/**
 * Waits until no older saga works on this server, so that a delete follows a create and does not race it. Only older
 * ones: two that wait for each other would wait for ever.
 */
export async function othersEnded(step: ServerStep): Promise<void> {
  const { older } = await othersOf(step, step.deps.database.db);
  const [other] = older;
  if (other)
    throw retryable(new CloudError("conflict", `${other.name} ${other.id} is still working on the server.`));
}

/** The sagas of this server that have not ended, but the step's own. */
async function othersOf(
  step: ServerStep,
  db: Db,
): Promise<{ readonly older: readonly SagaRun[]; readonly younger: readonly SagaRun[] }> {
  const resource = step.params.serverId;
  const [running, unwinding] = [
    await sagaList(db, { resource, state: "running" }),
    await sagaList(db, { resource, state: "unwinding" }),
  ];
  const all = [...running, ...unwinding];
  const own = all.find(({ id }) => id === step.sagaId);
  const isOlder = (run: SagaRun): boolean =>
    own !== undefined &&
    (run.createdAt < own.createdAt || (run.createdAt === own.createdAt && run.id < own.id));
  const others = own === undefined ? [] : all.filter(({ id }) => id !== own.id);
  return { older: others.filter(isOlder), younger: others.filter((run) => !isOlder(run)) };
}

/** None, unless another saga waits for this one: the task state is that one's then. */
async function taskStateAfter(step: ServerStep, tx: Tx, server: Server): Promise<Server["taskState"]> {
  const { younger } = await othersOf(step, tx);
  return younger.length > 0 || server.taskState === "deleting" ? server.taskState : undefined;
}

/** Often, and for more than an hour: what is waited for may be fetching a large image. */
export const waitForOthers = { tries: 12_000, firstDelayMs: 50, maxDelayMs: 500 };

/** Downloading and checking a large image over a slow network takes its time. */
export const imageTimeoutMs = 30 * 60_000;

/** Starts or restores the server's domain, with its TPM's passphrase when it has one. */
export async function domainStart(step: ServerStep): Promise<void> {
  const server = await placedServerOf(step);
  await hostCommand(step, server.hostId, commands.domainStart, {
    serverId: server.id,
    ...(server.tpm === undefined ? {} : { tpm: await tpmForStart(step, server, server.tpm) }),
  });
}

/** Without a passphrase when the saga has none: the host keeps it then, or refuses. */
async function tpmForStart(
  step: ServerStep,
  { id, hostId }: { readonly id: string; readonly hostId: string },
  { version, model, secretId, secretSecurity }: ServerTpm,
) {
  const spec = { version, model, secretId };
  const keepPassphrase = secretSecurity === "host";
  if (step.sealedBox === undefined && keepPassphrase) {
    await keptPassphraseAudit(step, id, hostId);
    return { spec, keepPassphrase };
  }
  return { spec, keepPassphrase, passphrase: await passphraseForHost(step, id, hostId) };
}

export async function domainUndefine(step: ServerStep): Promise<void> {
  const { id: serverId, hostId } = await placedServerOf(step);
  await hostCommand(step, hostId, commands.domainUndefine, { serverId });
}

/** As it is without a rescue. */
export async function domainDefine(step: ServerStep): Promise<void> {
  const server = await placedServerOf(step);
  await hostCommand(step, server.hostId, commands.domainDefine, domainSpecOf(server));
}

/** With the task that is left. What an administrator said meanwhile holds (docs/decisions/0029-a-reset-holds-afterwards.md), unless another saga goes on. */
export function changesAtEnd(
  { resetTo }: Pick<Server, "resetTo">,
  changes: ServerChanges,
  taskState: Server["taskState"],
): ServerChanges {
  if (taskState !== undefined) return { ...changes, taskState };
  return { ...changes, ...(resetTo === undefined ? {} : { vmState: resetTo }), taskState: null };
}

/** The success: server in its new state, action finished. A delete or a hard reboot that came meanwhile keeps its task state. */
export async function finish(
  step: ServerStep,
  changes: ServerChanges,
  also?: (tx: Tx) => Promise<void>,
): Promise<void> {
  const { database, clock } = step.deps;
  await database.transaction(async (tx) => {
    await also?.(tx);
    const server = await serverFind(tx, step.params.serverId);
    if (!server) return;
    const taskState = await taskStateAfter(step, tx, server);
    await serverUpdate(tx, server.id, changesAtEnd(server, changes, taskState), clock.now());
    await serverActionFinish(tx, step.params, { result: "Success", hostId: server.hostId }, clock.now());
  });
}

/** The failure: the action ends in an error that says why, and the server changes as told. */
export async function fail(
  step: ServerStep,
  error: SagaFailure,
  changes: ServerChanges,
  also?: (tx: Tx) => Promise<void>,
): Promise<void> {
  const { database, clock } = step.deps;
  await database.transaction(async (tx) => {
    await also?.(tx);
    const server = await serverFind(tx, step.params.serverId);
    if (!server) return;
    const taskState = await taskStateAfter(step, tx, server);
    await serverUpdate(tx, server.id, changesAtEnd(server, changes, taskState), clock.now());
    await serverActionFinish(
      tx,
      step.params,
      { result: "Error", details: detailsOf(error), hostId: server.hostId },
      clock.now(),
    );
  });
}

/** The message is the owner's; what hosts and programs said, administrators see too. */
export function faultOf(error: SagaFailure, code: number, created: number): Fault {
  return { code, message: error.message, details: detailsOf(error), created };
}

function detailsOf({ message, detail }: SagaFailure): string {
  return detail === undefined ? message : `${message} ${detail}`;
}

const vmStateOfPower: Partial<Record<PowerState, VmState>> = {
  running: "active",
  paused: "paused",
  shutdown: "stopped",
  crashed: "stopped",
};

/** After a failed action the server is what its domain is (none: ERROR); when the host does not say, what it was. */
export async function failAsFound(step: ServerStep & { readonly error: SagaFailure }): Promise<void> {
  const server = await serverFind(step.deps.database.db, step.params.serverId);
  const found =
    server?.hostId === undefined ? undefined : await powerStateFound(step, server.id, server.hostId);
  if (found?.domain === false) {
    const fault = faultOf(step.error, 500, step.deps.clock.now());
    await fail(step, step.error, { vmState: "error", powerState: "no-state", fault });
    return;
  }
  const vmState = found?.managedSave === true ? "suspended" : found && vmStateOfPower[found.powerState];
  await fail(step, step.error, {
    ...(found === undefined ? {} : { powerState: found.powerState }),
    ...(vmState === undefined ? {} : { vmState }),
  });
}

/** What the host says of the server's domain; undefined when it does not say. */
export async function serverPowerFind(step: ServerStep): Promise<PowerState | undefined> {
  const server = await serverFind(step.deps.database.db, step.params.serverId);
  if (server?.hostId === undefined) return undefined;
  return (await powerStateFound(step, server.id, server.hostId))?.powerState;
}

type FoundServer = Pick<
  Static<typeof commands.serversInspect.reply>["servers"][number],
  "domain" | "powerState" | "managedSave"
>;

async function powerStateFound(
  step: ServerStep,
  serverId: string,
  hostId: string,
): Promise<FoundServer | undefined> {
  try {
    const { servers } = await step.deps.bus.request(
      commands.serversInspect,
      {},
      { hostId, timeoutMs: 120_000 },
    );
    const absent: FoundServer = { domain: false, powerState: "no-state", managedSave: false };
    return servers.find((entry) => entry.serverId === serverId) ?? absent;
  } catch (error) {
    step.log.warn(
      { serverId, hostId, error: String(error) },
      "the host does not say what state the server is in",
    );
    return undefined;
  }
}
