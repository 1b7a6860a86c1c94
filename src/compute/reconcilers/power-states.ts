import { commands } from "#bus/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import type { PowerState, Server, VmState } from "../domain/server.ts";
import { hostList } from "../store/hosts.ts";
import { serverFind, serverListOfHost, serverUpdate } from "../store/servers.ts";

/** What a host says of a domain; an event says nothing of a managed save. */
export interface DomainLook {
  readonly power: PowerState;
  readonly managedSave?: boolean;
}

/** In other states a server is what an operation made of it, whatever its domain does: being made, resized, soft-deleted and so on. */
const likeTheirDomain: readonly VmState[] = ["active", "paused", "suspended", "stopped"];

function isSagaTheJudge(server: Server): boolean {
  return server.taskState !== undefined || !likeTheirDomain.includes(server.vmState);
}

/** States that say more than a domain can: what it does changes the power state alone. */
const beyondPower: readonly VmState[] = ["rescued", "shelved"];

/**
 * What a domain's own change means for its server (nova.compute.manager._sync_instance_power_state): a guest
 * that shut itself down is stopped; a domain that somebody started or paused by hand is what it is. A server with a task is
 * left to its saga.
 */
export function vmStateAfter(server: Server, { power, managedSave }: DomainLook): VmState | undefined {
  if (isSagaTheJudge(server) || beyondPower.includes(server.vmState)) return undefined;
  // Somebody saved it by hand, or started it from its save and it went off since.
  if (managedSave === true && server.vmState !== "suspended") return "suspended";
  if (managedSave === false && power === "shutdown" && server.vmState === "suspended") return "stopped";
  if (power === "running" && server.vmState !== "active") return "active";
  if (power === "paused" && server.vmState === "active") return "paused";
  const off = power === "shutdown" || power === "crashed";
  return off && (server.vmState === "active" || server.vmState === "paused") ? "stopped" : undefined;
}

export async function powerStateRecord(
  deps: ComputeSagaDeps,
  serverId: string,
  look: DomainLook,
  /** When the host was asked: what changed since then is newer. Else now: what it says may have to wait for its turn in the database. */
  askedAt = deps.clock.now() + 1,
): Promise<void> {
  await deps.database.transaction(async (tx) => {
    const server = await serverFind(tx, serverId);
    if (!server || server.taskState !== undefined || server.updatedAt >= askedAt) return;
    const vmState = vmStateAfter(server, look);
    // A managed save looks like a domain that is off: its server says more.
    const powerState = server.vmState === "suspended" && vmState === undefined ? "suspended" : look.power;
    if (vmState === undefined && powerState === server.powerState) return;
    await serverUpdate(
      tx,
      serverId,
      { powerState, ...(vmState === undefined ? {} : { vmState }) },
      deps.clock.now(),
    );
    deps.log.info({ serverId, powerState, vmState }, "the server's domain changed by itself");
  });
}

/** A server whose domain is gone from its host, by somebody's hand: its state would promise what is not there. */
async function lostDomainRecord(deps: ComputeSagaDeps, serverId: string, askedAt: number): Promise<void> {
  const now = deps.clock.now();
  await deps.database.transaction(async (tx) => {
    const server = await serverFind(tx, serverId);
    if (!server || isSagaTheJudge(server) || server.updatedAt >= askedAt) return;
    // An unshelve defines it anew.
    if (server.vmState === "shelved") return;
    const message = "The server's domain is gone from its host. A hard reboot defines and starts it again.";
    const fault = { code: 500, message, created: now };
    await serverUpdate(tx, serverId, { vmState: "error", powerState: "no-state", fault }, now);
    deps.log.warn({ serverId, hostId: server.hostId }, "the server's domain is gone from its host");
  });
}

/** A guest whose TPM's emulator has ended: it runs on without, and whatever it asks of its TPM fails. */
export async function tpmLostRecord(deps: ComputeSagaDeps, serverId: string): Promise<void> {
  const now = deps.clock.now();
  await deps.database.transaction(async (tx) => {
    const server = await serverFind(tx, serverId);
    // It is told of again while it is so.
    if (!server || isSagaTheJudge(server) || server.updatedAt > now) return;
    const message =
      "The emulator of the server's TPM (swtpm) has ended, and its guest runs without one. A hard reboot starts both with the same TPM.";
    await serverUpdate(tx, serverId, { vmState: "error", fault: { code: 500, message, created: now } }, now);
    deps.log.error({ serverId, hostId: server.hostId }, "the emulator of the server's TPM has ended");
  });
}

/** Compares every host's domains with our servers; what an event did not tell is found here. */
export async function powerStatesReconcile(deps: ComputeSagaDeps): Promise<void> {
  for (const { id } of await hostList(deps.database.db)) await hostPowerStatesReconcile(deps, id);
}

/** The same for one host. */
export async function hostPowerStatesReconcile(deps: ComputeSagaDeps, hostId: string): Promise<void> {
  const askedAt = deps.clock.now();
  try {
    const { servers: found } = await deps.bus.request(
      commands.serversInspect,
      {},
      { hostId, timeoutMs: 120_000 },
    );
    const known = new Set((await serverListOfHost(deps.database.db, hostId)).map(({ id }) => id));
    const withDomain = new Set(found.filter(({ domain }) => domain).map(({ serverId }) => serverId));
    for (const id of known) if (!withDomain.has(id)) await lostDomainRecord(deps, id, askedAt);
    for (const { serverId, powerState: power, domain, managedSave } of found) {
      if (known.has(serverId) && domain)
        await powerStateRecord(deps, serverId, { power, managedSave }, askedAt);
      if (!known.has(serverId))
        deps.log.warn({ hostId, serverId }, "the host holds a server that the cloud does not know");
    }
  } catch (error) {
    deps.log.warn(
      { hostId, error: String(error) },
      "the host could not be compared with the cloud's servers",
    );
  }
}
