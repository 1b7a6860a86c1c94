import { uptimeRead } from "../uptime.ts";
import { simDiskCommands } from "./disk-commands.ts";
import { simDomainCommands, simPowerState } from "./domain-commands.ts";
import { simResizeCommands } from "./resize-commands.ts";
import type { SimCommandName, SimCommands } from "./sim-command.ts";
import { simTpmCommands } from "./tpm-commands.ts";

/** Every command as the real agent answers it, over books instead of libvirt; what it would refuse is refused here too. */
export const simCommands: SimCommands = {
  ...simDiskCommands,
  ...simResizeCommands,
  ...simTpmCommands,
  ...simDomainCommands,
  serversInspect: ({ books }) => ({
    servers: [...books.servers].map(([serverId, server]) => ({
      serverId,
      powerState: simPowerState(server),
      domain: server.domain !== undefined,
      disks: server.disks,
      tpm: server.tpm !== undefined,
      managedSave: server.managedSave,
    })),
  }),
  // Of the machine that simulates it.
  hostUptime: () => uptimeRead(),
};

/** These only look, and do not wait for a command that changes the server. */
export const simLookingCommands: ReadonlySet<SimCommandName> = new Set<SimCommandName>([
  "consoleRead",
  "snapshotRead",
  "domainDiagnostics",
  "serversInspect",
  "hostUptime",
  "tpmCheck",
]);
