import { commands } from "#bus/index.ts";
import type { ComputeSagaDeps } from "../app/deps.ts";
import type { PowerState, Server, VmState } from "../domain/server.ts";
import { hostList } from "../store/hosts.ts";
import { serverFind, serverList, serverUpdate } from "../store/servers.ts";

/**
 * What a domain's own change means for its server (nova.compute.manager._sync_instance_power_state): a guest
 * that shut itself down is stopped; a domain that somebody started or paused by hand is what it is. A server with a task is
 * left to its saga.
 */
export function vmStateAfter(server: Server, power: PowerState): VmState | undefined {
  if (server.taskState !== undefined || server.vmState === "building" || server.vmState === "error")
    return undefined;
  if (power === "running" && server.vmState !== "active") return "active";
  if (power === "paused" && server.vmState === "active") return "paused";
  const off = power === "shutdown" || power === "crashed";
  return off && (server.vmState === "active" || server.vmState === "paused") ? "stopped" : undefined;
}

export async function powerStateRecord(
  deps: ComputeSagaDeps,
  serverId: string,
  power: PowerState,
): Promise<void> {
  await deps.database.transaction(async (tx) => {
    const server = await serverFind(tx, serverId);
    if (!server || server.taskState !== undefined) return;
    const vmState = vmStateAfter(server, power);
    // A managed save looks like a domain that is off: its server says more.
    const powerState = server.vmState === "suspended" && vmState === undefined ? "suspended" : power;
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

/** Compares every host's domains with our servers; what an event did not tell is found here. */
export async function powerStatesReconcile(deps: ComputeSagaDeps): Promise<void> {
  for (const host of await hostList(deps.database.db)) {
    try {
      const { servers: found } = await deps.bus.request(
        commands.serversInspect,
        {},
        { hostId: host.id, timeoutMs: 30_000 },
      );
      const known = new Set((await serverList(deps.database.db, { hostId: host.id })).map(({ id }) => id));
      for (const { serverId, powerState, domain } of found) {
        if (known.has(serverId) && domain) await powerStateRecord(deps, serverId, powerState);
        if (!known.has(serverId))
          deps.log.warn(
            { hostId: host.id, serverId },
            "the host holds a server that the cloud does not know",
          );
      }
    } catch (error) {
      deps.log.warn(
        { hostId: host.id, error: String(error) },
        "the host could not be compared with the cloud's servers",
      );
    }
  }
}
