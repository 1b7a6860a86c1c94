import { consoleRead } from "./console-read.ts";
import type { Command, CommandName } from "./command.ts";
import { disksCreate } from "./disks-create.ts";
import { disksDelete } from "./disks-delete.ts";
import { disksResize, disksResizeEnd } from "./disks-resize.ts";
import { domainDefine } from "./domain-define.ts";
import { domainDiagnostics } from "./domain-diagnostics.ts";
import { domainNmi } from "./domain-nmi.ts";
import { domainPause } from "./domain-pause.ts";
import { domainReboot } from "./domain-reboot.ts";
import { domainStart } from "./domain-start.ts";
import { domainStop } from "./domain-stop.ts";
import { domainSuspend } from "./domain-suspend.ts";
import { domainUndefine } from "./domain-undefine.ts";
import { domainUnpause } from "./domain-unpause.ts";
import { hostUptime } from "./host-uptime.ts";
import { serversInspect } from "./servers-inspect.ts";
import { tpmDelete } from "./tpm-delete.ts";
import { tpmManufacture } from "./tpm-manufacture.ts";
import { tpmPark, tpmParkEnd } from "./tpm-park.ts";

/** Every command of the bus and who carries it out. */
export const commandTable: { readonly [Name in CommandName]: Command<Name> } = {
  disksCreate,
  disksDelete,
  disksResize,
  disksResizeEnd,
  tpmManufacture,
  tpmDelete,
  tpmPark,
  tpmParkEnd,
  domainDefine,
  domainUndefine,
  domainStart,
  domainStop,
  domainReboot,
  domainPause,
  domainUnpause,
  domainSuspend,
  domainNmi,
  domainDiagnostics,
  consoleRead,
  serversInspect,
  hostUptime,
};

/** These only look, and do not wait for a command that changes the server. */
export const lookingCommands: ReadonlySet<CommandName> = new Set<CommandName>([
  "consoleRead",
  "domainDiagnostics",
  "serversInspect",
  "hostUptime",
]);
