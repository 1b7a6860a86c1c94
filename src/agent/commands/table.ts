import { configDriveCreate } from "./config-drive-create.ts";
import { configDriveDelete } from "./config-drive-delete.ts";
import { consoleRead } from "./console-read.ts";
import type { Command, CommandName } from "./command.ts";
import { diskFetch } from "./disk-fetch.ts";
import { disksCreate } from "./disks-create.ts";
import { disksDelete } from "./disks-delete.ts";
import { disksPrepare, disksSwap, disksSwapEnd } from "./disks-swap.ts";
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
import { rescueDiskCreate } from "./rescue-disk-create.ts";
import { rescueDiskDelete } from "./rescue-disk-delete.ts";
import { serversInspect } from "./servers-inspect.ts";
import { tpmCheck } from "./tpm-check.ts";
import { snapshotCreate } from "./snapshot-create.ts";
import { snapshotDelete } from "./snapshot-delete.ts";
import { snapshotRead } from "./snapshot-read.ts";
import { tpmCopy } from "./tpm-copy.ts";
import { tpmDelete } from "./tpm-delete.ts";
import { tpmManufacture } from "./tpm-manufacture.ts";
import { tpmPark, tpmParkEnd } from "./tpm-park.ts";
import { tpmRest } from "./tpm-rest.ts";

/** Every command of the bus and who carries it out. */
export const commandTable: { readonly [Name in CommandName]: Command<Name> } = {
  disksCreate,
  disksDelete,
  disksPrepare,
  disksSwap,
  disksSwapEnd,
  disksResize,
  disksResizeEnd,
  diskFetch,
  configDriveCreate,
  configDriveDelete,
  rescueDiskCreate,
  rescueDiskDelete,
  tpmManufacture,
  tpmDelete,
  tpmCheck,
  tpmCopy,
  tpmPark,
  tpmParkEnd,
  tpmRest,
  domainDefine,
  domainUndefine,
  domainStart,
  domainStop,
  domainReboot,
  domainPause,
  domainUnpause,
  domainSuspend,
  snapshotCreate,
  snapshotRead,
  snapshotDelete,
  domainNmi,
  domainDiagnostics,
  consoleRead,
  serversInspect,
  hostUptime,
};

/** These only look, and do not wait for a command that changes the server; or they end the one that they would wait for. */
export const lookingCommands: ReadonlySet<CommandName> = new Set<CommandName>([
  "consoleRead",
  "snapshotRead",
  "snapshotDelete",
  "domainDiagnostics",
  "serversInspect",
  "hostUptime",
  "tpmCheck",
]);
