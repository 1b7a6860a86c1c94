/** The config drive of a server, made on its host. */
import { commands, configDriveAssociatedData } from "#bus/index.ts";
import { wipe } from "#base/secret.ts";
import { boxOpen, boxSeal } from "#seal/index.ts";
import { configDriveFactsOf, injectionAssociatedData } from "../app/config-drive.ts";
import type { Server } from "../domain/server.ts";
import { hostFind } from "../store/hosts.ts";
import { hostCommand } from "./host-command.ts";
import type { ServerStep } from "./server-steps.ts";

/**
 * Makes it when the server has one. `injected`: a box of `injectionSeal` in the saga's parameters, opened in memory and sealed
 * again to the host. `rescue`: for the time of a rescue, beside the server's own; `renew`: in the place of the one that is there.
 */
export async function configDriveMake(
  step: ServerStep,
  server: Server & { readonly hostId: string },
  how: { readonly injected: string | undefined; readonly rescue: boolean; readonly renew?: boolean },
): Promise<void> {
  if (!server.configDrive) return;
  const { injected, rescue, renew = false } = how;
  const host = await hostFind(step.deps.database.db, server.hostId);
  const forHost =
    injected === undefined || host === undefined
      ? undefined
      : await sealAgain(step, injected, host.publicKey);
  await hostCommand(step, server.hostId, commands.configDriveCreate, {
    serverId: server.id,
    facts: configDriveFactsOf(server, host?.zone),
    ...(forHost === undefined ? {} : { injected: forHost }),
    rescue,
    renew,
  });
}

async function sealAgain(step: ServerStep, box: string, hostKey: string): Promise<string> {
  const { serverId } = step.params;
  const bytes = await boxOpen(step.deps.sealKey, box, injectionAssociatedData(step.sagaId, serverId));
  try {
    return await boxSeal(hostKey, bytes, configDriveAssociatedData(serverId));
  } finally {
    wipe(bytes);
  }
}
