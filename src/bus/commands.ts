/**
 * What the control plane asks of a host: one contract a command. Every command may be repeated: it finds out
 * what is already done. All name the server by its UUID, which is the libvirt domain's too.
 */
import { Type } from "typebox";
import { command } from "./command.ts";
import { diskCommands } from "./disk-commands.ts";
import { domainCommands } from "./domain-commands.ts";
import { PowerState } from "./power-state.ts";
import { tpmCommands } from "./tpm-commands.ts";

export const commands = {
  ...diskCommands,
  ...tpmCommands,
  ...domainCommands,
  /** What is there of our servers (also their disks or TPM states without a domain), for reconcilers. */
  serversInspect: command(
    "servers-inspect",
    Type.Object({}),
    Type.Object({
      servers: Type.Array(
        Type.Object({
          serverId: Type.String(),
          powerState: PowerState,
          domain: Type.Boolean(),
          disks: Type.Boolean(),
          tpm: Type.Boolean(),
          managedSave: Type.Boolean(),
        }),
      ),
    }),
  ),
  /** What uptime(1) prints on the host. */
  hostUptime: command("host-uptime", Type.Object({}), Type.Object({ uptime: Type.String() })),
} as const;
