export type { Bus, EventContract, RequestContract, Stop } from "./bus.ts";
export { commands } from "./commands.ts";
export type { DiskBus } from "./domain-commands.ts";
export { ConfigDriveInjection, configDriveAssociatedData } from "./config-drive.ts";
export type { ConfigDriveFacts } from "./config-drive.ts";
export { hostHeartbeat, hostRegister, imageRead, serverPowerChanged } from "./host-messages.ts";
export { createInProcessBus } from "./in-process.ts";
export type { PowerState } from "./power-state.ts";
export {
  tpmIntervalClose,
  tpmIntervalOpen,
  tpmStateCompare,
  tpmStatePut,
  tpmStateRead,
} from "./tpm-vault.ts";
export type { TpmComparison, TpmStateCause } from "./tpm-vault.ts";
